import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

/** Time for a writer to come, such as a password manager that serves `.env` through a named pipe. */
const patienceMs = 500;
const pauseMs = 10;

/**
 * Reads a named pipe to its end, as it comes, without ever being stuck: opening one the usual way waits for a writer
 * for ever. Throws `EPIPE` when nobody writes.
 */
export async function* readPipe(path: string): AsyncGenerator<Buffer> {
  await using pipe = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  let waitedMs = 0;
  for (let hasBegun = false; ;) {
    const chunk = await readAvailable(pipe);
    if (chunk !== undefined && chunk.length > 0) {
      hasBegun = true;
      yield chunk;
      continue;
    }
    const hasWriter = chunk === undefined;
    if (!hasWriter && hasBegun) return;
    if (!hasWriter && waitedMs >= patienceMs) {
      throw Object.assign(new Error(`${path}: nobody writes to this pipe`), { code: "EPIPE" });
    }
    await sleep(pauseMs);
    if (!hasWriter) waitedMs += pauseMs;
  }
}

/** Empty where there is no writer; undefined where there is one that has not written yet. */
async function readAvailable(pipe: FileHandle): Promise<Buffer | undefined> {
  try {
    const { buffer, bytesRead } = await pipe.read(Buffer.alloc(65_536), 0, 65_536, null);
    return buffer.subarray(0, bytesRead);
  } catch (error) {
    if (Error.isError(error) && "code" in error && error.code === "EAGAIN") return undefined;
    throw error;
  }
}
