import { describe, expect, test } from "vitest";
import {
  blockOf,
  contains,
  formatAddress,
  formatBlock,
  macOf,
  overlaps,
  parseAddress,
  parseCidr,
} from "../../../../src/embedded/networks/address.ts";

describe("addresses", () => {
  test.each([
    ["0.0.0.0", "0.0.0.0"],
    ["255.255.255.255", "255.255.255.255"],
    ["172.18.0.2", "172.18.0.2"],
    ["::", "::"],
    ["::1", "::1"],
    ["fd00:0:0:1:0:0:0:2", "fd00:0:0:1::2"],
    ["FE80::ABCD", "fe80::abcd"],
    ["::ffff:10.1.2.3", "::ffff:a01:203"],
    ["1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"],
  ])("%s is written as %s", (text, written) => {
    const address = parseAddress(text);
    expect(address && formatAddress(address)).toBe(written);
  });

  test.each(["", "1.2.3", "1.2.3.256", "fe80::1%eth0", "host", "1.2.3.4\n", "::g"])("%j is no address", (text) => {
    expect(parseAddress(text)).toBeUndefined();
  });

  test.each(["10.0.0.0", "10.0.0.0/33", "fd00::/129", "10.0.0.0/-1", "x/8", "10.0.0.0/8/8"])(
    "%j is no block",
    (text) => {
      expect(parseCidr(text)).toBeUndefined();
    },
  );

  test("host bits of a block are told apart from it", () => {
    const parsed = parseCidr("10.1.2.3/16");
    expect(parsed && formatBlock(parsed.block)).toBe("10.1.0.0/16");
    expect(parsed && formatAddress(parsed.address)).toBe("10.1.2.3");
  });

  test.each([
    ["10.0.0.0/8", "10.255.0.0/16", true],
    ["10.255.0.0/16", "10.0.0.0/8", true],
    ["10.0.0.0/16", "10.1.0.0/16", false],
    ["fd00::/64", "fd00:0:0:1::/64", false],
    ["0.0.0.0/0", "::/0", false],
  ])("%s and %s overlap: %s", (one, other, expected) => {
    expect(overlaps(block(one), block(other))).toBe(expected);
  });

  test("a block holds its first and last address and no other", () => {
    const tested = ["10.0.0.255", "10.0.1.0", "10.0.1.255", "10.0.2.0"].map((text) => {
      const address = parseAddress(text);
      return address !== undefined && contains(block("10.0.1.0/24"), address);
    });
    expect(tested).toEqual([false, true, true, false]);
  });

  test("the hardware address follows the address, unicast and locally administered", () => {
    expect(macOf(blockOf(block("172.18.0.2/32"), 32))).toBe("02:42:ac:12:00:02");
    expect(macOf(block("fd00::a:2/128"))).toBe("02:46:00:0a:00:02");
  });
});

function block(text: string) {
  const parsed = parseCidr(text);
  if (parsed === undefined) throw new Error(text);
  return parsed.block;
}
