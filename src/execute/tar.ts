/** A file, directory or link to be packed. */
export interface TarEntry {
  /** Relative to where the archive is unpacked, `/` between parts. */
  readonly path: string;
  readonly kind: "file" | "directory" | "symlink" | "link";
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly sizeBytes: number;
  readonly mtimeSeconds: number;
  /** Where a link points to; of a hard link (`"link"`), a path of the archive. */
  readonly linkTarget?: string;
}

const blockBytes = 512;
const typeFlags = { file: "0", link: "1", symlink: "2", directory: "5" } as const;
const longestName = 100;
const longestOctalSize = 0o77_777_777_777;

/** Header blocks of an entry: ustar, preceded by a pax header where a name or a size does not fit (POSIX.1-2001). */
export function tarHeader(entry: TarEntry): Uint8Array {
  const records = paxRecords(entry);
  const ustar = ustarHeader(entry, entry.path, typeFlags[entry.kind], entry.sizeBytes);
  if (records.length === 0) return ustar;
  const text = Buffer.from(records.map(([key, value]) => paxRecord(key, value)).join(""));
  const header = ustarHeader({ ...entry, mode: 0o644 }, "PaxHeader", "x", text.length);
  return Buffer.concat([header, text, tarPadding(text.length), ustar]);
}

/** Zeros that fill the last block of a content. */
export function tarPadding(sizeBytes: number): Uint8Array {
  return new Uint8Array((blockBytes - (sizeBytes % blockBytes)) % blockBytes);
}

/** Two empty blocks end an archive. */
export const tarEnd: Uint8Array = new Uint8Array(2 * blockBytes);

/** A small file: its header, its content, and what fills the last block. */
export function tarFile(entry: TarEntry, content: Uint8Array): Uint8Array {
  return Buffer.concat([tarHeader(entry), content, tarPadding(content.length)]);
}

/** A whole archive of small files, in memory. */
export function tarOf(files: readonly { readonly entry: TarEntry; readonly content: Uint8Array }[]): Uint8Array {
  return Buffer.concat([...files.map(({ entry, content }) => tarFile(entry, content)), tarEnd]);
}

function paxRecords({ path, linkTarget = "", sizeBytes }: TarEntry): [string, string][] {
  const records: [string, string][] = [];
  if (!fits(path)) records.push(["path", path]);
  if (!fits(linkTarget)) records.push(["linkpath", linkTarget]);
  if (sizeBytes > longestOctalSize) records.push(["size", String(sizeBytes)]);
  return records;
}

/** Plain ASCII of at most 100 bytes is the same to every reader. */
function fits(name: string): boolean {
  return name.length <= longestName && /^[\x20-\x7e]*$/.test(name);
}

/** `length key=value\n`, where the length counts itself. */
function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  const restBytes = Buffer.byteLength(rest);
  let length = restBytes + String(restBytes).length;
  if (String(length).length !== String(restBytes).length) length = restBytes + String(length).length;
  return `${length}${rest}`;
}

function ustarHeader(entry: TarEntry, path: string, typeFlag: string, sizeBytes: number): Buffer {
  const header = Buffer.alloc(blockBytes);
  const size = sizeBytes > longestOctalSize ? 0 : sizeBytes;
  header.write(path.slice(0, longestName), 0, longestName, "utf8");
  header.write(octal(entry.mode & 0o7777, 7), 100);
  header.write(octal(entry.uid, 7), 108);
  header.write(octal(entry.gid, 7), 116);
  header.write(octal(size, 11), 124);
  header.write(octal(Math.max(0, Math.trunc(entry.mtimeSeconds)), 11), 136);
  header.write(" ".repeat(8), 148);
  header.write(typeFlag, 156);
  header.write((entry.linkTarget ?? "").slice(0, longestName), 157, longestName, "utf8");
  header.write("ustar\u000000", 257);
  let checksum = 0;
  // An iterator over the bytes takes three times as long.
  for (let at = 0; at < header.length; at++) checksum += header[at] ?? 0;
  header.write(`${octal(checksum, 6)}\0 `, 148);
  return header;
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, "0");
}
