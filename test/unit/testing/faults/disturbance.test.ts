import { describe, expect, test } from "vitest";
import {
  both,
  delayCalls,
  lossScript,
  readDelayMs,
  readShare,
  undisturbed,
} from "../../../../src/testing/faults/disturbance.ts";

describe("what is done to traffic", () => {
  test.each([
    ["200ms", 200],
    ["1.5s", 1500],
    [20, 20],
    ["60s", 60_000],
  ])("a delay of %s is %d ms", (delay, ms) => {
    expect(readDelayMs(delay)).toBe(ms);
  });

  test.each(["200", "-1ms", "0s", "61s", "1m", "", 0, Number.NaN])("%s is no delay", (delay) => {
    expect(() => readDelayMs(delay)).toThrow(/latency: expected a time up to a minute/);
  });

  test.each([0, -1, 1.1, Number.NaN])("%d is no share", (share) => {
    expect(() => readShare(share)).toThrow(/drop: expected a share/);
  });

  test("two faults add up", () => {
    const one = { ...undisturbed, delayMs: 100, lostShare: 0.5 };
    expect(both(one, one)).toEqual({ delayMs: 200, lostShare: 0.75, isCut: false });
    expect(both(one, { ...undisturbed, isCut: true }).isCut).toBe(true);
  });

  test("losses are rules for either direction, each address by its family", () => {
    const links = [
      { ...undisturbed, isCut: true, addresses: ["172.18.0.3", "fd00::3"] },
      { ...undisturbed, lostShare: 0.05, addresses: ["172.18.0.4"] },
      { ...undisturbed, lostShare: 1, addresses: ["172.18.0.5"] },
      { ...undisturbed, lostShare: 1e-9, addresses: ["172.18.0.6"] },
      { ...undisturbed, delayMs: 10, addresses: ["172.18.0.7"] },
    ];
    const rules = (ends: string): string =>
      [
        `ip ${ends} 172.18.0.3 drop;`,
        `ip6 ${ends} fd00::3 drop;`,
        `ip ${ends} 172.18.0.4 numgen random mod 1000000 < 50000 drop;`,
        `ip ${ends} 172.18.0.5 drop;`,
        `ip ${ends} 172.18.0.6 numgen random mod 1000000 < 1 drop;`,
      ].join(" ");
    expect(lossScript(links)).toBe(
      "add table inet tscompose_faults; delete table inet tscompose_faults; table inet tscompose_faults { " +
        `chain out { type filter hook output priority 0; ${rules("daddr")} }; ` +
        `chain in { type filter hook input priority 0; ${rules("saddr")} }; }`,
    );
  });

  test("delays are classes of their own, and what no filter takes is not delayed", () => {
    const links = [
      { ...undisturbed, isCut: true, addresses: ["172.18.0.2"] },
      { ...undisturbed, delayMs: 200, addresses: ["172.18.0.3", "fd00::3"] },
    ];
    expect(delayCalls("eth0", links).map((call) => call.join(" "))).toEqual([
      "qdisc add dev eth0 root handle 1: htb",
      "class add dev eth0 parent 1: classid 1:1 htb rate 100gbit quantum 60000",
      "qdisc add dev eth0 parent 1:1 netem delay 200ms limit 100000",
      "filter add dev eth0 parent 1: protocol ip prio 1 u32 match ip dst 172.18.0.3/32 flowid 1:1",
      "filter add dev eth0 parent 1: protocol ipv6 prio 2 u32 match ip6 dst fd00::3/128 flowid 1:1",
    ]);
    expect(delayCalls("eth0", [])).toEqual([]);
  });
});
