import type { TarEntry, TarMember } from "../../src/embedded/tar/entry.ts";
import { writeTar } from "../../src/embedded/tar/write-tar.ts";

/** An entry of an archive made for a test; what is not told is plain. */
export interface WantedEntry extends Partial<Omit<TarEntry, "sizeBytes">> {
  readonly name: string;
  readonly text?: string;
  readonly bytes?: Buffer;
}

/** Members of an archive, as its reader gives them. */
export async function* membersOf(wanted: readonly WantedEntry[]): AsyncGenerator<TarMember> {
  for (const { text = "", bytes = Buffer.from(text), ...entry } of wanted) {
    yield { entry: { ...plain, ...entry, sizeBytes: bytes.length }, content: once(bytes) };
  }
}

/** A whole archive. */
export async function archiveOf(wanted: readonly WantedEntry[]): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(writeTar(membersOf(wanted))));
}

/** A stream of one chunk, or of chunks of so many bytes each. */
export async function* once(bytes: Uint8Array, chunkBytes: number = bytes.length): AsyncGenerator<Buffer> {
  const all = Buffer.from(bytes);
  for (let at = 0; at < all.length; at += chunkBytes) yield all.subarray(at, at + chunkBytes);
}

const plain: TarEntry = {
  name: "",
  kind: "file",
  linkName: "",
  mode: 0o644,
  uid: 0,
  gid: 0,
  sizeBytes: 0,
  mtime: "0",
  device: { major: 0, minor: 0 },
  xattrs: new Map(),
};
