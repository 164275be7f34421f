import { type TarEntry, type TarKind, type TarMember, blockBytes, paddingBytes, tarKinds } from "./entry.ts";
import { paxRecord, xattrPrefix } from "./pax.ts";

const typeOf = Object.fromEntries(Object.entries(tarKinds).map(([type, kind]) => [kind, type])) as Record<
  TarKind,
  string
>;
const batchBytes = 262_144;

/** An archive of these members, in chunks of a size that is cheap to pass on. */
export async function* writeTar(members: AsyncIterable<TarMember>): AsyncGenerator<Buffer> {
  let batch: Buffer[] = [];
  let batched = 0;
  for await (const part of partsOf(members)) {
    batch.push(part);
    batched += part.length;
    if (batched < batchBytes) continue;
    yield batch.length === 1 ? part : Buffer.concat(batch);
    [batch, batched] = [[], 0];
  }
  if (batched > 0) yield Buffer.concat(batch);
}

async function* partsOf(members: AsyncIterable<TarMember>): AsyncGenerator<Buffer> {
  for await (const { entry, content } of members) {
    yield tarHeader(entry);
    if (entry.sizeBytes === 0) continue;
    yield* content;
    const padding = paddingBytes(entry.sizeBytes);
    if (padding > 0) yield Buffer.alloc(padding);
  }
  yield Buffer.alloc(2 * blockBytes);
}

/**
 * Header blocks of an entry in GNU tar's format, whose long names are plain bytes; extended attributes and fractions of
 * seconds in a pax header before it.
 */
export function tarHeader(entry: TarEntry): Buffer {
  const parts: Buffer[] = [];
  const records = paxRecordsOf(entry);
  if (records !== "") parts.push(...extension("x", records));
  if (entry.name.length > 100) parts.push(...extension("L", `${entry.name}\u0000`));
  if (entry.linkName.length > 100) parts.push(...extension("K", `${entry.linkName}\u0000`));
  parts.push(headerBlock(entry, typeOf[entry.kind]));
  return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
}

function paxRecordsOf({ mtime, xattrs }: TarEntry): string {
  const records = [...xattrs].map(([name, value]) => paxRecord(`${xattrPrefix}${name}`, value));
  if (mtime.includes(".")) records.push(paxRecord("mtime", mtime));
  return records.join("");
}

function extension(type: "x" | "L" | "K", text: string): Buffer[] {
  const bytes = Buffer.from(text, "latin1");
  const header = headerBlock(
    {
      name: type === "x" ? "PaxHeader" : "././@LongLink",
      linkName: "",
      mode: 0o644,
      uid: 0,
      gid: 0,
      sizeBytes: bytes.length,
      mtime: "0",
      device: { major: 0, minor: 0 },
    },
    type,
  );
  return [header, bytes, Buffer.alloc(paddingBytes(bytes.length))];
}

function headerBlock(entry: Omit<TarEntry, "kind" | "xattrs">, type: string): Buffer {
  const block = Buffer.alloc(blockBytes);
  block.write(entry.name.slice(0, 100), 0, "latin1");
  writeNumber(block, entry.mode, 100, 8);
  writeNumber(block, entry.uid, 108, 8);
  writeNumber(block, entry.gid, 116, 8);
  writeNumber(block, entry.sizeBytes, 124, 12);
  writeNumber(block, Math.floor(Number(entry.mtime)), 136, 12);
  block.write(" ".repeat(8), 148);
  block.write(type, 156);
  block.write(entry.linkName.slice(0, 100), 157, "latin1");
  block.write("ustar  \u0000", 257);
  writeNumber(block, entry.device.major, 329, 8);
  writeNumber(block, entry.device.minor, 337, 8);
  let checksum = 0;
  for (const byte of block) checksum += byte;
  block.write(`${checksum.toString(8).padStart(6, "0")}\u0000 `, 148);
  return block;
}

/** Octal where it fits, else two's complement in base 256 with the highest bit set. */
function writeNumber(block: Buffer, value: number, start: number, length: number): void {
  const digits = value.toString(8);
  if (value >= 0 && digits.length < length) {
    block.write(digits.padStart(length - 1, "0"), start, "latin1");
    return;
  }
  const hex = BigInt.asUintN(length * 8, BigInt(value))
    .toString(16)
    .padStart(length * 2, "0");
  block.write(hex, start, "hex");
  block[start] = (block[start] ?? 0) | 0x80;
}
