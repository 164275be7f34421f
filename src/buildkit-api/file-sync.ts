import { type Method, methodOf } from "../grpc/method.ts";
import { type Message, bigInteger, bytes, integer, map, message, nested, text } from "../grpc/protobuf.ts";

/**
 * What a packet says (tonistiigi/fsutil, types/wire.proto). The sender lists all files in order, each a `stat`, and ends
 * the list with an empty one; the receiver asks for contents by the number a file has in the list, and gets `data` that
 * an empty one ends; it says `fin` when it has all, and the sender repeats it.
 */
export const packetKind = { stat: 0, request: 1, data: 2, fin: 3, error: 4 } as const;

/** A packet, either way. */
export interface Packet {
  readonly kind: number;
  readonly stat: FileStat | undefined;
  /** Counts the files of the list from 0. */
  readonly id: number;
  /** Contents; for an error its text. */
  readonly data: Uint8Array;
}

/** A file in the list (tonistiigi/fsutil, types/stat.proto). */
export interface FileStat {
  /** Relative to the folder, with `/`. */
  readonly path: string;
  /** Bits of Go's `fs.FileMode`. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  /** Nanoseconds since 1970. */
  readonly modTime: bigint;
  /** Where a symbolic link points to; for another name of a file, the first one. */
  readonly linkname: string;
  readonly devmajor: number;
  readonly devminor: number;
  readonly xattrs: Readonly<Record<string, Uint8Array>>;
}

/** The bits of Go's `fs.FileMode` above the permissions (https://pkg.go.dev/io/fs#FileMode). */
export const modeBit = {
  directory: 0x8000_0000,
  symlink: 0x0800_0000,
  device: 0x0400_0000,
  namedPipe: 0x0200_0000,
  setuid: 0x0080_0000,
  setgid: 0x0040_0000,
  characterDevice: 0x0020_0000,
  sticky: 0x0010_0000,
} as const;

/** Whether a file has contents that can be asked for (tonistiigi/fsutil, send.go: `fileCanRequestData`). */
export function isPlainFile(mode: number): boolean {
  const { directory, symlink, device, namedPipe, characterDevice } = modeBit;
  return (mode & (directory | symlink | device | namedPipe | characterDevice)) === 0;
}

const stat: Message<FileStat> = message<FileStat>({
  path: text(1),
  mode: integer(2),
  uid: integer(3),
  gid: integer(4),
  size: integer(5),
  modTime: bigInteger(6),
  linkname: text(7),
  devmajor: integer(8),
  devminor: integer(9),
  xattrs: map(10, "bytes"),
});

const packet: Message<Packet> = message<Packet>({
  kind: integer(1),
  stat: nested(2, stat),
  id: integer(3),
  data: bytes(4),
});

/** Files of the client, asked for by the builder (moby/buildkit, session/filesync/filesync.proto). */
export const diffCopy: Method<Packet, Packet> = methodOf("moby.filesync.v1.FileSync", "DiffCopy", packet, packet);

/** Headers of a `DiffCopy`: which folder, and what of it. A header is repeated for each value. */
export const fileSyncHeader = {
  folder: "dir-name",
  include: "include-patterns",
  exclude: "exclude-patterns",
  follow: "followpaths",
} as const;

/** Values that are not plain ASCII are escaped as in the query of a URL, and a header of this name says so. */
export function encodedHeader(name: string): string {
  return `${name}-encoded`;
}
