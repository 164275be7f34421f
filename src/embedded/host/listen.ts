import { lstat, rm } from "node:fs/promises";
import type { Server } from "node:net";
import { withUmask } from "./processes.ts";

/**
 * Listens on a Unix socket that only its owner can reach: it never exists with a wider mode. A socket that a dead engine
 * left is replaced; anything else in its place is an error.
 */
export async function listenPrivately(server: Server, path: string): Promise<void> {
  await removeStaleSocket(path);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  withUmask(0o177, () => server.listen(path, resolve));
  await promise;
  server.off("error", reject);
}

async function removeStaleSocket(path: string): Promise<void> {
  const found = await lstat(path).catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  });
  if (found === undefined) return;
  if (!found.isSocket()) throw new Error(`${path}: in the way of the engine's socket, and no socket itself`);
  await rm(path);
}
