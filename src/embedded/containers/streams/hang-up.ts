import type { Duplex } from "node:stream";

/** So long a client may take to close its end. */
const graceMs = 10_000;

/**
 * Ends a connection gently: what was written arrives, what still comes in is thrown away. Closing a socket with unread
 * input would reset it, and the client would take that for an error.
 */
export function hangUp(connection: Duplex): void {
  if (connection.destroyed) return;
  connection.on("error", () => {});
  connection.end();
  connection.resume();
  const timer = setTimeout(() => connection.destroy(), graceMs).unref();
  connection.once("end", () => connection.destroy());
  connection.once("close", () => clearTimeout(timer));
}
