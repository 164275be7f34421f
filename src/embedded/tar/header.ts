import { TarError, blockBytes } from "./entry.ts";

/** Fields of one header block (POSIX.1-2001 ustar, the older v7 and GNU's own variant), not yet interpreted. */
export interface RawHeader {
  readonly name: string;
  readonly linkName: string;
  readonly type: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly sizeBytes: number;
  readonly mtime: number;
  readonly major: number;
  readonly minor: number;
}

const [magicAt, magicBytes] = [257, 8];

/** Reads a header block. Throws a {@link TarError} when it is none: the checksum does not fit. */
export function parseHeader(block: Buffer): RawHeader {
  if (!hasValidChecksum(block)) throw new TarError("invalid tar header: the checksum does not fit");
  const magic = block.toString("latin1", magicAt, magicAt + magicBytes);
  const prefix = magic.startsWith("ustar\u0000") ? text(block, 345, 155) : "";
  const name = text(block, 0, 100);
  const hasDevice = magic.startsWith("ustar");
  return {
    name: prefix === "" ? name : `${prefix}/${name}`,
    linkName: text(block, 157, 100),
    type: String.fromCharCode(block[156] ?? 0),
    mode: number(block, 100, 8) & 0o7777,
    uid: number(block, 108, 8),
    gid: number(block, 116, 8),
    sizeBytes: number(block, 124, 12),
    mtime: signedNumber(block, 136, 12),
    major: hasDevice ? number(block, 329, 8) : 0,
    minor: hasDevice ? number(block, 337, 8) : 0,
  };
}

/** True for a block of zeros: the end of an archive. */
export function isZeroBlock(block: Buffer): boolean {
  return block.every((byte) => byte === 0);
}

/** True when the block can be the header of an entry. */
export function hasValidChecksum(block: Buffer): boolean {
  if (block.length !== blockBytes) return false;
  const stored = octal(text(block, 148, 8));
  if (stored === undefined) return false;
  let [unsigned, signed] = [0, 0];
  for (let at = 0; at < blockBytes; at += 1) {
    const byte = at >= 148 && at < 156 ? 32 : (block[at] ?? 0);
    unsigned += byte;
    signed += byte > 127 ? byte - 256 : byte;
  }
  // Some historic writers summed signed characters.
  return stored === unsigned || stored === signed;
}

function text(block: Buffer, start: number, length: number): string {
  const end = block.indexOf(0, start);
  return block.toString("latin1", start, end === -1 || end > start + length ? start + length : end);
}

function number(block: Buffer, start: number, length: number): number {
  const value = signedNumber(block, start, length);
  if (value < 0) throw new TarError("invalid tar header: a negative number");
  return value;
}

/** Octal digits, or two's complement in base 256 as GNU tar writes what has too many digits. */
function signedNumber(block: Buffer, start: number, length: number): number {
  const first = block[start] ?? 0;
  if ((first & 0x80) === 0) {
    const value = octal(text(block, start, length));
    if (value === undefined) throw new TarError("invalid tar header: a number that is not octal");
    return value;
  }
  const bits = length * 8 - 1;
  const unsigned = BigInt(`0x${block.toString("hex", start, start + length)}`) & ((1n << BigInt(bits)) - 1n);
  const value = Number((first & 0x40) === 0 ? unsigned : BigInt.asIntN(bits, unsigned));
  if (!Number.isSafeInteger(value)) throw new TarError("invalid tar header: a number out of range");
  return value;
}

function octal(digits: string): number | undefined {
  const trimmed = digits.trim();
  if (trimmed === "") return 0;
  return /^[0-7]{1,16}$/.test(trimmed) ? Number.parseInt(trimmed, 8) : undefined;
}
