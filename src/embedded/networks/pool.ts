import { type Address, type Block, boundsOf, contains, overlaps, parseCidr } from "./address.ts";

/** Where networks without a subnet of their own get one, in this order: the pools of Docker Engine. */
const pools4 = [
  { within: "172.17.0.0/16", prefix: 16 },
  { within: "172.18.0.0/16", prefix: 16 },
  { within: "172.19.0.0/16", prefix: 16 },
  { within: "172.20.0.0/14", prefix: 16 },
  { within: "172.24.0.0/14", prefix: 16 },
  { within: "172.28.0.0/14", prefix: 16 },
  { within: "192.168.0.0/16", prefix: 20 },
].map(({ within, prefix }) => ({ within: knownBlock(within), prefix }));

/** The first block of the default pools that touches none of the taken ones; `undefined` when all are taken. */
export function freeBlock4(taken: readonly Block[]): Block | undefined {
  for (const { within, prefix } of pools4) {
    const { first, last } = boundsOf(within);
    const step = 1n << BigInt(32 - prefix);
    for (let value = first; value <= last; value += step) {
      const block: Block = { family: 4, value, prefix };
      if (!taken.some((other) => overlaps(other, block))) return block;
    }
  }
  return undefined;
}

/**
 * A block of unique local addresses (RFC 4193) for a network: its 40 random bits come from the network's id, so that
 * it is the same for the same network, and no other's.
 */
export function localBlock6(networkId: string, taken: readonly Block[]): Block {
  const wanted = (0xfdn << 120n) | (BigInt(`0x${networkId.slice(0, 10)}`) << 80n);
  let block: Block = { family: 6, value: wanted, prefix: 64 };
  while (taken.some((other) => overlaps(other, block))) block = { ...block, value: block.value + (1n << 64n) };
  return block;
}

/** The addresses of one subnet that are in use, and the next free one. */
export class AddressPool {
  readonly block: Block;
  readonly #range: Block;
  readonly #used: Set<bigint>;

  /** `reserved` are never given: the gateway, auxiliary addresses. */
  constructor(block: Block, { range = block, reserved }: { range?: Block; reserved: readonly Address[] }) {
    this.block = block;
    this.#range = range;
    this.#used = new Set(reserved.map(({ value }) => value));
  }

  /** Takes an address that the user has chosen; `false` when it is in use. */
  take(address: Address): boolean {
    if (this.#used.has(address.value)) return false;
    this.#used.add(address.value);
    return true;
  }

  /** Takes the lowest free address of the range; `undefined` when there is none. */
  takeNext(): Address | undefined {
    const { first, last } = boundsOf(this.#range);
    for (let value = first; value <= last; value += 1n) {
      const address: Address = { family: this.block.family, value };
      if (!isUsable(this.block, address) || this.#used.has(value)) continue;
      this.#used.add(value);
      return address;
    }
    return undefined;
  }

  /** Gives an address back. */
  release(address: Address): void {
    this.#used.delete(address.value);
  }
}

/** Whether a host of the block may have the address: not the block itself, nor its broadcast address. */
export function isUsable(block: Block, address: Address): boolean {
  if (!contains(block, address)) return false;
  const { first, last } = boundsOf(block);
  // Blocks of two and one have neither (RFC 3021, RFC 6164).
  if (last - first < 2n) return true;
  return address.value !== first && (block.family === 6 || address.value !== last);
}

/** The address that the bridge gets when nobody chose one: the first usable. */
export function firstUsable(block: Block): Address {
  const { first, last } = boundsOf(block);
  return { family: block.family, value: last - first < 2n ? first : first + 1n };
}

function knownBlock(text: string): Block {
  const parsed = parseCidr(text);
  if (parsed === undefined) throw new Error(`${text} is no block`);
  return parsed.block;
}
