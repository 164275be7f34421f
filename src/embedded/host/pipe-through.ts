import { spawn } from "node:child_process";
import { CommandError } from "./run.ts";

/** What a program of the host makes of a stream: `xz --decompress`. Throws a {@link CommandError} after the last chunk. */
export async function* pipeThrough(
  command: string,
  args: readonly string[],
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Buffer> {
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"] });
  let stderr = "";
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const { promise: ended, resolve, reject } = Promise.withResolvers<void>();
  ended.catch(() => {});
  child.on("error", (cause) => reject(new CommandError(command, { exitCode: undefined, stderr, cause })));
  child.on("close", (code) => {
    if (code === 0) resolve();
    else reject(new CommandError(command, { exitCode: code ?? undefined, stderr }));
  });
  const fed = feed(child.stdin, chunks);
  try {
    for await (const chunk of child.stdout) yield chunk as Buffer;
    await ended;
  } finally {
    child.kill("SIGKILL");
    await fed;
  }
}

async function feed(input: NodeJS.WritableStream, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  let isOpen = true;
  // A program may end without reading all of it.
  input.on("error", () => (isOpen = false)).on("close", () => (isOpen = false));
  for await (const chunk of chunks) {
    if (!isOpen) return;
    if (input.write(chunk)) continue;
    const { promise, resolve } = Promise.withResolvers<void>();
    input.once("drain", resolve).once("close", resolve).once("error", resolve);
    await promise;
  }
  input.end();
}
