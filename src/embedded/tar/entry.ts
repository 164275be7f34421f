/** What an archive holds under one name. */
export interface TarEntry {
  /** As written in the archive; every character stands for one byte, for names need not be UTF-8. */
  readonly name: string;
  readonly kind: TarKind;
  /** Where a link leads to, in bytes like the name; empty for all else. */
  readonly linkName: string;
  /** Permission bits with setuid, setgid and sticky. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Zero for everything but a file. */
  readonly sizeBytes: number;
  /** Seconds since 1970 in decimal, with a fraction where the archive has one. */
  readonly mtime: string;
  readonly device: { readonly major: number; readonly minor: number };
  /** Extended attributes by name; names and values in bytes like the name. */
  readonly xattrs: ReadonlyMap<string, string>;
}

/** Kinds of entries, by the letter that stands for them in a header (POSIX.1-2001, ustar). */
export const tarKinds = {
  "0": "file",
  "1": "hardlink",
  "2": "symlink",
  "3": "character-device",
  "4": "block-device",
  "5": "directory",
  "6": "fifo",
} as const;

export type TarKind = (typeof tarKinds)[keyof typeof tarKinds];

/** An entry together with what follows it. */
export interface TarMember {
  readonly entry: TarEntry;
  /** The content of a file, to be read before the next entry is asked for; what is left unread is skipped. */
  readonly content: AsyncIterable<Buffer>;
}

/** The archive itself is wrong: cut off, damaged, or made to do harm. */
export class TarError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "TarError";
  }
}

/** Headers, names and contents of an archive start at multiples of this. */
export const blockBytes = 512;

/** Bytes that fill the last block of a content. */
export function paddingBytes(sizeBytes: number): number {
  return (blockBytes - (sizeBytes % blockBytes)) % blockBytes;
}

/** A name as messages show it: readable, in one line, bounded. */
export function shownName(name: string): string {
  const text = Buffer.from(name, "latin1").toString("utf8");
  return JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}…` : text);
}
