import { createServer } from "node:net";
import { EngineError } from "../../errors.ts";
import type { Paths } from "../store/paths.ts";

/**
 * Keeps a second engine from the same data. The lock is an abstract socket: the kernel frees it with the process,
 * however that ends. Throws an `EngineError` of code `conflict` when another engine has it.
 */
export async function lockData({ data, mark }: Paths): Promise<AsyncDisposable> {
  const server = createServer((socket) => socket.destroy());
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen(`\0${mark}`, resolve);
  await promise.catch((cause: unknown) => {
    if (!(cause instanceof Error && "code" in cause && cause.code === "EADDRINUSE")) throw cause;
    const message = `${data}: another embedded engine works on this data`;
    const hint = "tscompose engine status shows it, tscompose engine stop stops it";
    throw new EngineError({ code: "conflict", doing: "starting the embedded engine", message, hint });
  });
  server.unref();
  return {
    async [Symbol.asyncDispose]() {
      const { promise, resolve } = Promise.withResolvers<void>();
      server.close(() => resolve());
      await promise;
    },
  };
}
