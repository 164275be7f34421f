import { createHash } from "node:crypto";
import { isIPv4, isIPv6 } from "node:net";

/** Moves addresses of one pool to another that a seed decides: the network part changes, the host part stays. */
export interface Move {
  /** An address, or a range as `10.5.0.0/24`; what is none of this is left as it is. */
  readonly of: (text: string) => string;
}

/** Where IPv4 pools go (10.128.0.0/9) and IPv6 pools (fd00::/8): private space that the usual pools of engines avoid. */
const spaces = {
  4: { bits: 32, space: 0x0a80_0000n, fixedBits: 9 },
  6: { bits: 128, space: 0xfdn << 120n, fixedBits: 8 },
} as const;

/** How a pool moves; nothing where it is larger than the space there is. */
export function moveOf(subnet: string, seed: string): Move | undefined {
  const [address = "", prefixText = ""] = subnet.split("/");
  const family = isIPv4(address) ? 4 : isIPv6(address) ? 6 : undefined;
  if (family === undefined) return undefined;
  const { bits, space, fixedBits } = spaces[family];
  const prefix = Number(prefixText);
  if (!(prefix > fixedBits && prefix <= bits)) return undefined;
  const hostMask = (1n << BigInt(bits - prefix)) - 1n;
  const digest = BigInt(`0x${createHash("sha256").update(`${seed} ${subnet}`).digest("hex")}`);
  const network = (space | (digest & ((1n << BigInt(bits - fixedBits)) - 1n))) & ~hostMask;
  const isOfPool = (value: bigint): boolean => (value & ~hostMask) === (parse(address, family) & ~hostMask);
  return {
    of(text) {
      const [own = "", ...length] = text.split("/");
      if (!(family === 4 ? isIPv4(own) : isIPv6(own)) || !isOfPool(parse(own, family))) return text;
      return [format(network | (parse(own, family) & hostMask), family), ...length].join("/");
    },
  };
}

function parse(address: string, family: 4 | 6): bigint {
  if (family === 4) return address.split(".").reduce((value, part) => (value << 8n) | BigInt(part), 0n);
  const [head = "", tail] = address.split("::");
  const groups = (text: string): string[] => (text === "" ? [] : text.split(":"));
  const [before, after] = [groups(head), groups(tail ?? "")];
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => "0");
  return [...before, ...zeros, ...after].reduce((value, group) => (value << 16n) | BigInt(`0x${group}`), 0n);
}

function format(value: bigint, family: 4 | 6): string {
  const parts = (count: number, bits: number): bigint[] =>
    Array.from(
      { length: count },
      (_, index) => (value >> BigInt((count - 1 - index) * bits)) & ((1n << BigInt(bits)) - 1n),
    );
  return family === 4
    ? parts(4, 8).join(".")
    : parts(8, 16)
        .map((group) => group.toString(16))
        .join(":");
}
