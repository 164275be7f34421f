import { randomBytes } from "node:crypto";
import { open, rename, rm, stat } from "node:fs/promises";
import { UsageError } from "../errors.ts";

/** The file of `--output` appears only when it is whole, and only its owner can read it. Throws when it cannot be written. */
export async function keepFile(content: AsyncIterable<Uint8Array>, path: string): Promise<void> {
  // Of an unknown name, and new: in a folder of many, nobody else has it open, or has put a link there.
  const unfinished = `${path}.${randomBytes(6).toString("hex")}`;
  try {
    await expectFile(path);
    await write(content, unfinished);
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    if (error instanceof Error && "syscall" in error) throw new UsageError(`--output: ${error.message}`);
    throw error;
  }
}

async function write(content: AsyncIterable<Uint8Array>, path: string): Promise<void> {
  await using file = await open(path, "wx", 0o600);
  for await (const bytes of content) await file.writeFile(bytes);
}

/** Anything else would be replaced by a file, `/dev/null` for everybody. */
async function expectFile(path: string): Promise<void> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
  });
  if (found === undefined || found.isFile()) return;
  throw new UsageError(`--output: "${path}" is no file`, "leave out --output to write to a device or a pipe: > PATH");
}
