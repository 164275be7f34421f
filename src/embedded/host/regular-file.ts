import { constants } from "node:fs";
import { open } from "node:fs/promises";

const mostBytes = 16 * 1024 * 1024;

/** The text of a file that was just found to be one; never waits for a pipe, never follows a link. Throws for a huge one. */
export async function readRegularFile(path: Buffer): Promise<string> {
  await using file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  const status = await file.stat();
  if (!status.isFile()) throw new Error(`${path.toString()}: is no file`);
  if (status.size > mostBytes) throw new Error(`${path.toString()}: more than ${mostBytes} bytes`);
  return file.readFile("utf8");
}
