import { ByteSource } from "./byte-source.ts";
import { TarError, type TarEntry, type TarMember, blockBytes, paddingBytes, shownName, tarKinds } from "./entry.ts";
import { type RawHeader, isZeroBlock, parseHeader } from "./header.ts";
import { type PaxRecords, noPaxRecords, parsePax, xattrPrefix } from "./pax.ts";

/** More than any honest name or set of attributes; the same limit as in Go's archive/tar. */
const longestExtensionBytes = 1_048_576;
const longestPathBytes = 4096;
const contentChunkBytes = 1_048_576;

/**
 * The members of an archive, one after another. `onFraming` is given every byte that is not content of a file, in
 * order, so that the archive can be put together again. Reads the stream to its very end. Throws a {@link TarError}.
 */
export async function* readTar(
  chunks: AsyncIterable<Uint8Array>,
  onFraming: (bytes: Buffer) => void | Promise<void> = () => undefined,
): AsyncGenerator<TarMember> {
  const source = new ByteSource(chunks);
  try {
    for (;;) {
      const entry = await nextEntry(source, onFraming);
      if (entry === undefined) break;
      const content = contentOf(source, entry);
      yield { entry, content };
      // A consumer that wants no more of this content goes on; the archive does, too.
      for await (const unread of content) void unread;
      const padding = paddingBytes(entry.sizeBytes);
      if (padding > 0) await onFraming(await exactly(source, padding));
    }
    for await (const trailing of source.remaining()) await onFraming(trailing);
  } finally {
    await source.close();
  }
}

/** Goes on where it was left when it is asked again. */
function contentOf(source: ByteSource, { name, sizeBytes }: TarEntry): AsyncIterable<Buffer> {
  let leftBytes = sizeBytes;
  return {
    async *[Symbol.asyncIterator]() {
      while (leftBytes > 0) {
        const part = await source.some(Math.min(leftBytes, contentChunkBytes));
        if (part === undefined) throw new TarError(`the archive ends inside of ${shownName(name)}`);
        leftBytes -= part.length;
        yield part;
      }
    },
  };
}

async function nextEntry(
  source: ByteSource,
  onFraming: (bytes: Buffer) => void | Promise<void>,
): Promise<TarEntry | undefined> {
  const long = { name: undefined as string | undefined, link: undefined as string | undefined };
  let pax = noPaxRecords;
  for (;;) {
    const block = await source.upTo(blockBytes);
    if (block.length > 0) await onFraming(block);
    if (block.length === 0 || (block.length === blockBytes && isZeroBlock(block))) return undefined;
    const header = parseHeader(block);
    const extension = extensions[header.type];
    if (extension === undefined) return entryOf(header, long, pax);
    const bytes = await extensionOf(source, header, onFraming);
    if (extension === "pax") pax = parsePax(bytes);
    if (extension === "name") long.name = untilZero(bytes);
    if (extension === "link") long.link = untilZero(bytes);
  }
}

/** What describes the entry that follows: pax headers, and GNU tar's long names. Global pax headers say nothing. */
const extensions: Record<string, "pax" | "global" | "name" | "link"> = { x: "pax", g: "global", L: "name", K: "link" };

async function extensionOf(
  source: ByteSource,
  { sizeBytes }: RawHeader,
  onFraming: (bytes: Buffer) => void | Promise<void>,
): Promise<Buffer> {
  if (sizeBytes > longestExtensionBytes) throw new TarError(`a tar header of ${sizeBytes} bytes is too long`);
  const bytes = await exactly(source, sizeBytes + paddingBytes(sizeBytes));
  await onFraming(bytes);
  return bytes.subarray(0, sizeBytes);
}

async function exactly(source: ByteSource, bytes: number): Promise<Buffer> {
  const found = await source.upTo(bytes);
  if (found.length < bytes) throw new TarError("the archive ends in the middle of an entry");
  return found;
}

function entryOf(
  header: RawHeader,
  long: { readonly name: string | undefined; readonly link: string | undefined },
  pax: PaxRecords,
): TarEntry {
  const name = pax.get("path") ?? long.name ?? header.name;
  const linkName = pax.get("linkpath") ?? long.link ?? header.linkName;
  checkPath(name);
  checkPath(linkName);
  const kind = kindOf(header.type, name, pax);
  return {
    name,
    kind,
    linkName: kind === "symlink" || kind === "hardlink" ? linkName : "",
    mode: header.mode,
    uid: natural(pax, "uid") ?? header.uid,
    gid: natural(pax, "gid") ?? header.gid,
    sizeBytes: kind === "file" ? (natural(pax, "size") ?? header.sizeBytes) : 0,
    mtime: timeOf(pax) ?? String(header.mtime),
    device: { major: header.major, minor: header.minor },
    xattrs: xattrsOf(pax),
  };
}

function kindOf(type: string, name: string, pax: PaxRecords): TarEntry["kind"] {
  if (type === "S" || [...pax.keys()].some((key) => key.startsWith("GNU.sparse."))) {
    throw new TarError(`${shownName(name)}: sparse files are not supported, make the archive without them`);
  }
  // Archives older than POSIX have no type for directories, only the slash; contiguous files are files.
  if (type === "\u0000" || type === "7") return name.endsWith("/") ? "directory" : "file";
  const kind = (tarKinds as Record<string, TarEntry["kind"]>)[type];
  if (kind === undefined) throw new TarError(`${shownName(name)}: unknown type of tar entry ${JSON.stringify(type)}`);
  return kind;
}

function checkPath(path: string): void {
  if (path.includes("\u0000")) throw new TarError(`${shownName(path)}: a name with a zero byte`);
  if (path.length > longestPathBytes)
    throw new TarError(`${shownName(path)}: a name of ${path.length} bytes is too long`);
}

function natural(pax: PaxRecords, key: string): number | undefined {
  const text = pax.get(key);
  if (text === undefined || text === "") return undefined;
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value))
    throw new TarError(`invalid tar header: ${key} is no number`);
  return value;
}

function timeOf(pax: PaxRecords): string | undefined {
  const text = pax.get("mtime");
  if (text === undefined || text === "") return undefined;
  if (!/^-?\d{1,18}(\.\d{0,30})?$/.test(text)) throw new TarError("invalid tar header: mtime is no time");
  return text;
}

function xattrsOf(pax: PaxRecords): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [key, value] of pax) {
    if (key.startsWith(xattrPrefix)) found.set(key.slice(xattrPrefix.length), value);
  }
  return found;
}

function untilZero(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString("latin1", 0, end === -1 ? bytes.length : end);
}
