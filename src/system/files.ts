import { createReadStream } from "node:fs";
import { readFile, realpath, stat } from "node:fs/promises";
import { readPipe } from "./pipe.ts";

/** What a path leads to; `other` also stands for what cannot be looked at. */
export interface FileStatus {
  readonly kind: "file" | "directory" | "other";
  readonly sizeBytes: number;
}

/** The file system as the pure rooms see it: reading only. A missing path is `undefined`, never an exception. */
export interface Files {
  /** Throws a `RangeError` when there is more than the limit, an error with a `code` when it cannot be read. */
  readText(path: string, limits?: { readonly maxBytes: number }): Promise<string | undefined>;
  status(path: string): Promise<FileStatus | undefined>;
  realPath(path: string): Promise<string | undefined>;
}

/** The files of this machine. */
export const systemFiles: Files = {
  readText: (path, limits) => unlessMissing(readLimited(path, limits?.maxBytes)),
  status: (path) => unlessMissing(readStatus(path)),
  realPath: (path) => unlessMissing(realpath(path)),
};

/** Reads on the way to the limit only: a device file has no size, and may have no end. */
async function readLimited(path: string, maxBytes: number | undefined): Promise<string> {
  if (maxBytes === undefined) return readFile(path, "utf8");
  const isPipe = (await stat(path)).isFIFO();
  const source: AsyncIterable<Buffer> = isPipe ? readPipe(path) : createReadStream(path, { end: maxBytes });
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of source) {
    chunks.push(chunk);
    sizeBytes += chunk.length;
    if (sizeBytes > maxBytes) throw new RangeError(`${path}: more than ${maxBytes} bytes`);
  }
  return Buffer.concat(chunks).toString("utf8");
}

async function readStatus(path: string): Promise<FileStatus> {
  try {
    const found = await stat(path);
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
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
