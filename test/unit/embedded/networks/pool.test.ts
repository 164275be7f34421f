import { describe, expect, test } from "vitest";
import { formatAddress, parseAddress, parseCidr } from "../../../../src/embedded/networks/address.ts";
import { AddressPool } from "../../../../src/embedded/networks/pool.ts";

function pool(block: string, { range, reserved = [] }: { range?: string; reserved?: string[] } = {}): AddressPool {
  const parse = (text: string) => parseCidr(text)?.block ?? { family: 4 as const, value: 0n, prefix: 0 };
  return new AddressPool(parse(block), {
    ...(range === undefined ? {} : { range: parse(range) }),
    reserved: reserved.map((text) => parseAddress(text)).filter((address) => address !== undefined),
  });
}

function takeAll(from: AddressPool, count: number): (string | undefined)[] {
  return Array.from({ length: count }, () => {
    const address = from.takeNext();
    return address === undefined ? undefined : formatAddress(address);
  });
}

describe("a pool of addresses", () => {
  test("gives the lowest free address, never the network's, the broadcast or a reserved one", () => {
    const tested = pool("10.0.0.0/29", { reserved: ["10.0.0.1", "10.0.0.4"] });
    expect(takeAll(tested, 5)).toEqual(["10.0.0.2", "10.0.0.3", "10.0.0.5", "10.0.0.6", undefined]);
  });

  test("gives a released address again", () => {
    const tested = pool("10.0.0.0/24", { reserved: ["10.0.0.1"] });
    takeAll(tested, 3);
    tested.release({ family: 4, value: (10n << 24n) + 3n });
    expect(takeAll(tested, 2)).toEqual(["10.0.0.3", "10.0.0.5"]);
  });

  test("keeps to its range, and lets a chosen address be outside of it, once", () => {
    const tested = pool("10.0.0.0/24", { range: "10.0.0.8/31" });
    const outside = parseAddress("10.0.0.200");
    expect(outside && tested.take(outside)).toBe(true);
    expect(outside && tested.take(outside)).toBe(false);
    expect(takeAll(tested, 3)).toEqual(["10.0.0.8", "10.0.0.9", undefined]);
  });

  test("uses both addresses of a block of two", () => {
    expect(takeAll(pool("10.0.0.4/31"), 3)).toEqual(["10.0.0.4", "10.0.0.5", undefined]);
  });
});
