import { describe, expect, test } from "vitest";
import { foreignChanges, foreignWarnings, legacyWarnings } from "../../../../src/embedded/networks/foreign-firewall.ts";

const mark = "tscompose";
const passage = { device: "tsc1", hasIpv6: false, namesPort: 5353 };

function chain(family: string, table: string, name: string, base: { hook?: string; policy?: string } = {}) {
  return { chain: { family, table, name, ...base } };
}

function rule(family: string, table: string, name: string, handle: number, comment: string) {
  return { rule: { family, table, chain: name, handle, comment, expr: [] } };
}

describe("chains of other firewall managers", () => {
  test("are left alone where they accept, and where they are ours", () => {
    const nftables = [
      chain("ip", "filter", "FORWARD", { hook: "forward", policy: "accept" }),
      chain("inet", mark, "passing", { hook: "forward", policy: "drop" }),
      chain("bridge", "filter", "FORWARD", { hook: "forward", policy: "drop" }),
    ];
    expect(foreignChanges({ nftables }, mark, [passage])).toEqual({ lines: [], told: [] });
  });

  test("that drop are opened for each bridge: at dockerd's door, at the chain itself, for names", () => {
    const nftables = [
      chain("ip", "filter", "FORWARD", { hook: "forward", policy: "drop" }),
      chain("ip", "filter", "DOCKER-USER"),
      chain("ip6", "filter", "FORWARD", { hook: "forward", policy: "drop" }),
      chain("inet", "own", "in", { hook: "input", policy: "drop" }),
    ];
    const { lines, told } = foreignChanges({ nftables }, mark, [passage]);
    expect(lines).toEqual([
      'insert rule ip filter DOCKER-USER iifname "tsc1" counter accept comment "tscompose from tsc1"',
      'insert rule ip filter DOCKER-USER oifname "tsc1" counter accept comment "tscompose to tsc1"',
      'insert rule inet own in iifname "tsc1" udp dport 5353 counter accept comment "tscompose names tsc1 udp 5353"',
      'insert rule inet own in iifname "tsc1" tcp dport 5353 counter accept comment "tscompose names tsc1 tcp 5353"',
    ]);
    expect(told).toHaveLength(2);
  });

  test("keep what is right and lose what is stale, but nothing of another engine", () => {
    const nftables = [
      chain("ip", "filter", "FORWARD", { hook: "forward", policy: "drop" }),
      rule("ip", "filter", "FORWARD", 7, "tscompose from tsc1"),
      rule("ip", "filter", "FORWARD", 8, "tscompose to tsc1"),
      rule("ip", "filter", "FORWARD", 9, "tscompose from gone"),
      rule("ip", "filter", "FORWARD", 10, "tscompose_1234567890 from tsc2"),
      rule("ip", "filter", "FORWARD", 11, "somebody's"),
    ];
    expect(foreignChanges({ nftables }, mark, [passage])).toEqual({
      lines: ["delete rule ip filter FORWARD handle 9"],
      told: [],
    });
    expect(foreignChanges({ nftables }, mark, []).lines).toEqual(
      [7, 8, 9].map((handle) => `delete rule ip filter FORWARD handle ${handle}`),
    );
  });

  test("firewalld, whose rules nobody else can open, is told with the command that helps", () => {
    const nftables = [chain("inet", "firewalld", "filter_FORWARD", { hook: "forward", policy: "accept" })];
    expect(foreignWarnings({ nftables }, [passage])[0]).toContain("--zone=trusted --add-interface=tsc1");
  });

  test("of a firewall that nftables does not show is told, until it lets the bridges through", () => {
    const passages = [{ device: "tsc1", hasIpv6: false, namesPort: 53 }];
    const drops = "-P FORWARD DROP\n";
    expect(legacyWarnings("", passages)).toEqual([]);
    expect(legacyWarnings("-P FORWARD ACCEPT\n", passages)).toEqual([]);
    expect(legacyWarnings(drops, [])).toEqual([]);
    expect(legacyWarnings(drops, passages)).toEqual([
      "iptables-legacy drops what passes through, that of containers, too: " +
        "iptables-legacy -I FORWARD -i tsc+ -j ACCEPT && iptables-legacy -I FORWARD -o tsc+ -j ACCEPT",
    ]);
    const half = `${drops}-A FORWARD -i tsc+ -j ACCEPT\n`;
    expect(legacyWarnings(half, passages)).toHaveLength(1);
    expect(legacyWarnings(`${half}-A FORWARD -o tsc1 -j ACCEPT\n`, passages)).toEqual([]);
  });
});
