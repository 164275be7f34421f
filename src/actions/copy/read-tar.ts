import { TscomposeError } from "../../errors.ts";

/** One entry of an archive; its content must be read, or skipped by asking for the next entry. */
export interface ArchiveEntry {
  readonly path: string;
  readonly kind: "file" | "directory" | "symlink" | "link" | "other";
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtimeSeconds: number;
  /** Where a link points to; of a hard link, a path in the archive. */
  readonly linkTarget: string;
  readonly content: AsyncIterable<Uint8Array>;
}

const blockBytes = 512;

/** Reads a tar archive as it comes: ustar, with the long names of pax and of GNU tar. */
export async function* readTar(source: AsyncIterable<Uint8Array>): AsyncIterable<ArchiveEntry> {
  const blocks = new BlockReader(source);
  let more: Record<string, string> = {};
  for (;;) {
    const header = await blocks.header();
    if (header === undefined) return;
    const sizeBytes = Number(more["size"] ?? numberAt(header, 124, 12));
    const typeFlag = String.fromCharCode(header[156] ?? 0);
    if (typeFlag === "x" || typeFlag === "L" || typeFlag === "K") {
      more = { ...more, ...longFields(typeFlag, await blocks.whole(sizeBytes)) };
      continue;
    }
    const hasContent = typeFlag === "0" || typeFlag === "\0" || typeFlag === "7";
    const content = new Content(blocks, hasContent || typeFlag === "g" ? sizeBytes : 0);
    if (typeFlag !== "g") yield { ...entryOf(header, typeFlag, more), content };
    await content.skip();
    more = {};
  }
}

function entryOf(header: Buffer, typeFlag: string, more: Record<string, string>): Omit<ArchiveEntry, "content"> {
  const prefix = textAt(header, 257, 5) === "ustar" ? textAt(header, 345, 155) : "";
  const name = textAt(header, 0, 100);
  return {
    path: more["path"] ?? (prefix === "" ? name : `${prefix}/${name}`),
    kind: kinds[typeFlag] ?? "other",
    mode: numberAt(header, 100, 8),
    uid: Number(more["uid"] ?? numberAt(header, 108, 8)),
    gid: Number(more["gid"] ?? numberAt(header, 116, 8)),
    mtimeSeconds: Number(more["mtime"] ?? numberAt(header, 136, 12)),
    linkTarget: more["linkpath"] ?? textAt(header, 157, 100),
  };
}

const kinds: Readonly<Record<string, ArchiveEntry["kind"]>> = {
  "0": "file",
  "\0": "file",
  "7": "file",
  "1": "link",
  "2": "symlink",
  "5": "directory",
};

/** GNU tar writes a long name as a content of its own, pax as `length key=value` records. */
function longFields(typeFlag: string, content: Buffer): Record<string, string> {
  if (typeFlag !== "x") {
    return { [typeFlag === "L" ? "path" : "linkpath"]: content.toString("utf8").replace(/\0.*$/s, "") };
  }
  const fields: Record<string, string> = {};
  for (let at = 0; at < content.length;) {
    const space = content.indexOf(0x20, at);
    const length = Number(content.toString("latin1", at, space));
    if (!(length > 0)) break;
    const [, key = "", value = ""] = /^([^=]*)=(.*)\n$/s.exec(content.toString("utf8", space + 1, at + length)) ?? [];
    fields[key] = value;
    at += length;
  }
  return fields;
}

function textAt(header: Buffer, at: number, length: number): string {
  return header.toString("utf8", at, at + length).replace(/\0.*$/s, "");
}

/** Octal digits, or with the first bit set the number itself: that is how GNU tar writes what digits cannot hold. */
function numberAt(header: Buffer, at: number, length: number): number {
  if (((header[at] ?? 0) & 0x80) === 0) return Number.parseInt(textAt(header, at, length).trim() || "0", 8);
  return header.subarray(at + 1, at + length).reduce((number, byte) => number * 256 + byte, 0);
}

/** The content of one entry: read at most once, skipped by whoever did not want it. */
class Content implements AsyncIterable<Uint8Array> {
  readonly #blocks: BlockReader;
  readonly #padding: number;
  #left: number;

  constructor(blocks: BlockReader, sizeBytes: number) {
    this.#blocks = blocks;
    this.#left = sizeBytes;
    this.#padding = (blockBytes - (sizeBytes % blockBytes)) % blockBytes;
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    while (this.#left > 0) {
      const bytes = await this.#blocks.upTo(this.#left);
      this.#left -= bytes.length;
      yield bytes;
    }
  }

  async skip(): Promise<void> {
    while (this.#left > 0) this.#left -= (await this.#blocks.upTo(this.#left)).length;
    if (this.#padding > 0) await this.#blocks.exactly(this.#padding);
  }
}

/** Hands out a stream in the sizes that a reader of archives needs. */
class BlockReader {
  readonly #source: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array();

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** The next header; undefined at the end of the archive, which an empty block or the end of the stream tells. */
  async header(): Promise<Buffer | undefined> {
    if (this.#rest.length === 0 && !(await this.#more())) return undefined;
    const header = await this.exactly(blockBytes);
    return header.every((byte) => byte === 0) ? undefined : header;
  }

  /** A content that is small enough to be held, with its padding taken away. */
  async whole(sizeBytes: number): Promise<Buffer> {
    const content = await this.exactly(sizeBytes);
    await this.exactly((blockBytes - (sizeBytes % blockBytes)) % blockBytes);
    return content;
  }

  async exactly(length: number): Promise<Buffer> {
    const parts: Uint8Array[] = [];
    for (let left = length; left > 0; left -= parts.at(-1)?.length ?? 0) parts.push(await this.upTo(left));
    return Buffer.concat(parts);
  }

  /** Some bytes, at least one. */
  async upTo(most: number): Promise<Uint8Array> {
    if (this.#rest.length === 0 && !(await this.#more())) {
      throw new TscomposeError({ code: "operation-failed", message: "the archive ends in the middle of an entry" });
    }
    const bytes = this.#rest.subarray(0, most);
    this.#rest = this.#rest.subarray(bytes.length);
    return bytes;
  }

  async #more(): Promise<boolean> {
    while (this.#rest.length === 0) {
      const { done, value } = await this.#source.next();
      if (done === true) return false;
      this.#rest = value;
    }
    return true;
  }
}
