import { createHash } from "node:crypto";
import { closeSync, constants, createReadStream, openSync, readFileSync } from "node:fs";
import { packFile } from "../execute/build-context.ts";
import { tarFile, tarHeader, type TarEntry } from "../execute/tar.ts";
import type { Fingerprint } from "./fingerprint.ts";

/** A path to be packed. */
export interface Packed {
  /** By this name it is told when it is left out. */
  readonly path: string;
  /** On this machine. */
  readonly source: string;
  /** In the container, absolute. */
  readonly target: string;
  readonly print: Exclude<Fingerprint, { readonly kind: "doubtful" }>;
}

/** A file that is left out of an archive; why, in the system's word, unless it is gone: `EACCES`. */
export type LeftOut = (packed: Packed, why?: string) => void;

/**
 * So much goes out at once: small files together, since each piece costs a turn through the connection; not too many,
 * since the engine unpacks one piece while the next is packed.
 */
const pieceBytes = 1 << 15;

/** Larger files are packed as they are read. */
const largeBytes = 1 << 20;

/** An archive without its end. A file that is gone, or that cannot be read, is left out, and that is told. */
export async function* pack(paths: Iterable<Packed>, leftOut: LeftOut): AsyncIterable<Uint8Array> {
  let pieces: Uint8Array[] = [];
  let bytes = 0;
  for (const packed of paths) {
    if (isLarge(packed)) {
      yield Buffer.concat(pieces);
      [pieces, bytes] = [[], 0];
      yield* packLarge(packed, leftOut);
      continue;
    }
    const piece = packSmall(packed, leftOut);
    pieces.push(piece);
    bytes += piece.length;
    if (bytes < pieceBytes) continue;
    yield Buffer.concat(pieces);
    [pieces, bytes] = [[], 0];
  }
  yield Buffer.concat(pieces);
}

function isLarge({ print }: Packed): boolean {
  return print.kind === "file" && print.sizeBytes >= largeBytes;
}

const nothing = new Uint8Array();

function packSmall(packed: Packed, leftOut: LeftOut): Uint8Array {
  const entry = entryOf(packed);
  if (packed.print.kind !== "file") return tarHeader(entry);
  const content = readSmall(packed.source, (why) => leftOut(packed, why));
  // The header must say what follows, also of a file that grew since it was looked at.
  return content === undefined ? nothing : tarFile({ ...entry, sizeBytes: content.length }, content);
}

async function* packLarge(packed: Packed, leftOut: LeftOut): AsyncIterable<Uint8Array> {
  try {
    closeSync(openSync(packed.source, readOnly));
  } catch (error) {
    return explain(error, (why) => leftOut(packed, why));
  }
  yield* packFile(packed.source, entryOf(packed));
}

function entryOf({ target, print }: Packed): TarEntry {
  const about = { path: target.slice(1), uid: 0, gid: 0, sizeBytes: 0, mtimeSeconds: 0 };
  switch (print.kind) {
    case "directory":
      return { ...about, path: `${about.path}/`, kind: "directory", mode: print.mode };
    case "symlink":
      return { ...about, kind: "symlink", mode: 0o777, linkTarget: print.linkTarget };
    case "file": {
      const { mode, sizeBytes, changedMs } = print;
      return { ...about, kind: "file", mode, sizeBytes, mtimeSeconds: Math.trunc(changedMs / 1000) };
    }
  }
}

/** Never a link's target, and never the end of a pipe that nobody writes to: what was a file may be another thing now. */
const readOnly = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** SHA-256 of a file that was so large when it was looked at; nothing when it cannot be read any more. */
export async function hashOf(path: string, sizeBytes: number): Promise<string | undefined> {
  const hash = createHash("sha256");
  if (sizeBytes < largeBytes) {
    const content = readSmall(path, () => {});
    return content && hash.update(content).digest("hex");
  }
  try {
    for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) hash.update(chunk);
  } catch (error) {
    return explain(error, () => {});
  }
  return hash.digest("hex");
}

/** The content of a small file, at once: of hundreds, handing each to another thread would cost more than reading it. */
function readSmall(path: string, failed: (why?: string) => void): Buffer | undefined {
  try {
    const file = openSync(path, readOnly);
    try {
      return readFileSync(file);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    return explain(error, failed);
  }
}

/** What happens to who opens a file where there is none any more, but nothing, a folder, a link or a pipe. */
const meansGone: ReadonlySet<string> = new Set(["ENOENT", "ENOTDIR", "EISDIR", "ELOOP", "ENXIO", "EAGAIN"]);

function explain(error: unknown, failed: (why?: string) => void): undefined {
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined) throw error;
  failed(meansGone.has(code) ? undefined : code);
}
