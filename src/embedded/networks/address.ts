import { isIPv4, isIPv6 } from "node:net";

/** An address as a number, with its family: what arithmetic needs. */
export interface Address {
  readonly family: 4 | 6;
  readonly value: bigint;
}

/** A block of addresses in CIDR notation, its host bits zero. */
export interface Block extends Address {
  readonly prefix: number;
}

/** Reads an address; `undefined` for what is none. */
export function parseAddress(text: string): Address | undefined {
  if (isIPv4(text)) return { family: 4, value: text.split(".").reduce((sum, part) => sum * 256n + BigInt(part), 0n) };
  if (isIPv6(text) && !text.includes("%")) return { family: 6, value: valueOfIpv6(text) };
  return undefined;
}

/** Writes an address: IPv6 in the form of RFC 5952. */
export function formatAddress({ family, value }: Address): string {
  if (family === 4) {
    return [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 255n)).join(".");
  }
  const groups = Array.from({ length: 8 }, (_, index) => ((value >> BigInt(112 - 16 * index)) & 0xffffn).toString(16));
  // The URL parser of the platform compresses as RFC 5952 asks.
  return new URL(`http://[${groups.join(":")}]`).hostname.slice(1, -1);
}

/** Reads `address/prefix`; host bits may be set and are kept apart. `undefined` for what is no such thing. */
export function parseCidr(text: string): { readonly address: Address; readonly block: Block } | undefined {
  const [, before = "", bits = ""] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? [];
  const address = parseAddress(before);
  const prefix = Number(bits);
  if (address === undefined || prefix > widthOf(address)) return undefined;
  return { address, block: blockOf(address, prefix) };
}

/** Writes a block as `address/prefix`. */
export function formatBlock(block: Block): string {
  return `${formatAddress(block)}/${block.prefix}`;
}

/** The block of this size that an address lies in. */
export function blockOf(address: Address, prefix: number): Block {
  const hostBits = BigInt(widthOf(address) - prefix);
  return { family: address.family, value: (address.value >> hostBits) << hostBits, prefix };
}

/** First and last number of a block. */
export function boundsOf(block: Block): { readonly first: bigint; readonly last: bigint } {
  return { first: block.value, last: block.value + (1n << BigInt(widthOf(block) - block.prefix)) - 1n };
}

/** Whether an address lies in a block. */
export function contains(block: Block, address: Address): boolean {
  const { first, last } = boundsOf(block);
  return block.family === address.family && address.value >= first && address.value <= last;
}

/** Whether two blocks share an address. */
export function overlaps(one: Block, other: Block): boolean {
  const [wider, narrower] = one.prefix <= other.prefix ? [one, other] : [other, one];
  return contains(wider, narrower);
}

/** The hardware address that goes with an IPv4 address: a neighbour's stale ARP entry stays right when it is reused. */
export function macOf(address: Address): string {
  const bytes = [24n, 16n, 8n, 0n].map((shift) => ((address.value >> shift) & 255n).toString(16).padStart(2, "0"));
  return ["02", address.family === 4 ? "42" : "46", ...bytes].join(":");
}

function widthOf({ family }: { readonly family: 4 | 6 }): number {
  return family === 4 ? 32 : 128;
}

function valueOfIpv6(text: string): bigint {
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  const plain = dotted === null ? text : `${dotted[1] ?? ""}${asGroups(dotted[2] ?? "")}`;
  const [head = "", tail] = plain.split("::");
  const before = groupsOf(head);
  const after = groupsOf(tail ?? "");
  const zeros = tail === undefined ? 0 : 8 - before.length - after.length;
  const groups = [...before, ...Array.from({ length: zeros }, () => "0"), ...after];
  return groups.reduce((sum, group) => sum * 65_536n + BigInt(`0x${group}`), 0n);
}

function groupsOf(text: string): string[] {
  return text === "" ? [] : text.split(":");
}

function asGroups(dotted: string): string {
  const value = parseAddress(dotted)?.value ?? 0n;
  return `${(value >> 16n).toString(16)}:${(value & 0xffffn).toString(16)}`;
}
