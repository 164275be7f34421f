import { close, constants, open, read, readFile, realpath, type Stats, stat, statfs } from "node:fs";
import { devNull } from "node:os";
import { promisify } from "node:util";

/** What a path leads to; `other` also stands for what cannot be looked at. */
export interface FileStatus {
  readonly kind: "file" | "directory" | "other";
  readonly sizeBytes: number;
}

/** The file system as the pure rooms see it: reading only. A missing path is `undefined`, never an exception. */
export interface Files {
  /**
   * Reads files, and pipes that somebody writes to. Throws a `RangeError` when there is more than the limit, an error
   * with a `code` when it cannot be read: `EFTYPE` for what is no file at all, a device or a file of the kernel.
   */
  readText(path: string, limits?: { readonly maxBytes: number }): Promise<string | undefined>;
  status(path: string): Promise<FileStatus | undefined>;
  realPath(path: string): Promise<string | undefined>;
}

// Of node:fs, not of node:fs/promises: that one brings streams and readline along, 10 ms of every command.
const inTurn = {
  open: promisify(open),
  read: promisify(read),
  close: promisify(close),
  readFile: promisify(readFile),
  realpath: promisify(realpath.native),
  stat: promisify(stat),
  statfs: promisify(statfs),
};

/** The files of this machine. */
export const systemFiles: Files = {
  readText: (path, limits) => unlessMissing(readLimited(path, limits?.maxBytes)),
  status: (path) => unlessMissing(readStatus(path)),
  realPath: (path) => unlessMissing(inTurn.realpath(path)),
};

/** Reads on the way to the limit only: a pipe has no size, and a file may grow meanwhile. */
async function readLimited(path: string, maxBytes: number | undefined): Promise<string> {
  if (maxBytes === undefined) return inTurn.readFile(path, "utf8");
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of await contentOf(path)) {
    chunks.push(chunk);
    sizeBytes += chunk.length;
    if (sizeBytes > maxBytes) throw new RangeError(`${path}: more than ${maxBytes} bytes`);
  }
  return Buffer.concat(chunks).toString("utf8");
}

async function contentOf(path: string): Promise<AsyncIterable<Buffer> | readonly Buffer[]> {
  const status = await inTurn.stat(path);
  if (status.isFIFO()) return (await import("./pipe.ts")).readPipe(path);
  if (await isNull(status)) return [];
  if (status.isCharacterDevice() || status.isBlockDevice() || (await isOfKernel(path, status))) {
    throw Object.assign(new Error(`${path}: is a device, not a file`), { code: "EFTYPE" });
  }
  return chunksOf(path);
}

async function* chunksOf(path: string): AsyncGenerator<Buffer> {
  const file = await inTurn.open(path, constants.O_RDONLY);
  try {
    for (;;) {
      const chunk = Buffer.allocUnsafe(chunkBytes);
      const { bytesRead } = await inTurn.read(file, chunk, 0, chunkBytes, null);
      if (bytesRead === 0) return;
      yield chunk.subarray(0, bytesRead);
    }
  } finally {
    await inTurn.close(file);
  }
}

const chunkBytes = 262_144;

/** `/dev/null` is an empty file to everyone, also where it is mounted over one. */
async function isNull(status: Stats): Promise<boolean> {
  return status.isCharacterDevice() && status.rdev === (await inTurn.stat(devNull)).rdev;
}

/** Where Linux shows files that are none, statfs(2): the proc, debugfs and tracefs of linux/magic.h. */
const kernelFileSystems: ReadonlySet<number> = new Set([0x9fa0, 0x64626720, 0x74726163]);

/** What the kernel makes up has no size, and reading it may never end: /proc/kmsg, trace_pipe. */
async function isOfKernel(path: string, { size }: Stats): Promise<boolean> {
  return size === 0 && kernelFileSystems.has((await inTurn.statfs(path)).type);
}

async function readStatus(path: string): Promise<FileStatus> {
  try {
    const found = await inTurn.stat(path);
    return { kind: found.isFile() ? "file" : found.isDirectory() ? "directory" : "other", sizeBytes: found.size };
  } catch (error) {
    if (codeOf(error) === "ELOOP" || codeOf(error) === "EACCES") return { kind: "other", sizeBytes: 0 };
    throw error;
  }
}

/** `a-file/x` is not there either, nor is what no file can be called. */
const meansMissing = new Set(["ENOENT", "ENOTDIR", "ENAMETOOLONG", "ERR_INVALID_ARG_VALUE"]);

async function unlessMissing<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (meansMissing.has(codeOf(error))) return undefined;
    throw error;
  }
}

function codeOf(error: unknown): string {
  return Error.isError(error) && "code" in error ? String(error.code) : "";
}
