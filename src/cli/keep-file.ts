import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { UsageError } from "../errors.ts";

/** The file of `--output` appears only when it is whole, and only its owner can read it. Throws when it cannot be written. */
export async function keepFile(content: AsyncIterable<Uint8Array>, path: string): Promise<void> {
  const unfinished = `${path}.part`;
  try {
    await pipeline(content, createWriteStream(unfinished, { mode: 0o600 }));
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    if (error instanceof Error && "syscall" in error) throw new UsageError(`--output: ${error.message}`);
    throw error;
  }
}
