import { UsageError } from "../../errors.ts";

/** What is wrong between two services, all faults together. */
export interface Disturbance {
  /** How long each packet from the one to the other is held back. */
  readonly delayMs: number;
  /** How many of the packets are lost, in either direction: 0 to 1. */
  readonly lostShare: number;
  readonly isCut: boolean;
}

export const undisturbed: Disturbance = { delayMs: 0, lostShare: 0, isCut: false };

/** Two faults at the same time: delays add up, and each loses of what the other has left. */
export function both(one: Disturbance, other: Disturbance): Disturbance {
  return {
    delayMs: one.delayMs + other.delayMs,
    lostShare: 1 - (1 - one.lostShare) * (1 - other.lostShare),
    isCut: one.isCut || other.isCut,
  };
}

/** Reads `200ms`, `1.5s`, or a number of milliseconds. Throws for what is no time, or more than a minute. */
export function readDelayMs(delay: string | number): number {
  const [, digits, unit = "ms"] = /^(\d+(?:\.\d+)?)(ms|s)$/.exec(String(delay)) ?? [];
  const ms = typeof delay === "number" ? delay : Number(digits) * (unit === "s" ? 1000 : 1);
  if (ms > 0 && ms <= 60_000) return ms;
  throw new UsageError(`latency: expected a time up to a minute, got "${delay}"`, `"200ms", "1.5s", or milliseconds`);
}

/** Reads how many of a hundred packets are lost, as a share: more than 0, up to 1. */
export function readShare(share: number): number {
  if (share > 0 && share <= 1) return share;
  throw new UsageError(`drop: expected a share of more than 0, up to 1, got ${share}`, "0.05 is one of twenty");
}

/** What is done to the traffic with some addresses. */
export interface Disturbed extends Disturbance {
  readonly addresses: readonly string[];
}

const table = "tscompose_faults";

/** A script for nft(8) that loses what is to be lost, and nothing else; it replaces what was there. */
export function lossScript(links: readonly Disturbed[]): string {
  const rules = (ends: "daddr" | "saddr"): string =>
    links
      .flatMap(({ addresses, isCut, lostShare }) => {
        const ofMillion = Math.max(1, Math.round(lostShare * 1_000_000));
        const isAll = isCut || ofMillion >= 1_000_000;
        const verdict = isAll ? "drop" : `numgen random mod 1000000 < ${ofMillion} drop`;
        return isCut || lostShare > 0 ? addresses.map((each) => `${family(each)} ${ends} ${each} ${verdict};`) : [];
      })
      .join(" ");
  const chains = [
    `chain out { type filter hook output priority 0; ${rules("daddr")} }`,
    `chain in { type filter hook input priority 0; ${rules("saddr")} }`,
  ];
  return `add table inet ${table}; delete table inet ${table}; table inet ${table} { ${chains.join("; ")}; }`;
}

/**
 * Calls of tc(8) that hold packets back on an interface. Without a class a packet goes out at once: that is what HTB does
 * where no default is named, so only what a filter takes is delayed.
 */
export function delayCalls(device: string, links: readonly Disturbed[]): readonly (readonly string[])[] {
  const delayed = links.filter(({ delayMs }) => delayMs > 0);
  if (delayed.length === 0) return [];
  return [
    ["qdisc", "add", "dev", device, "root", "handle", "1:", "htb"],
    ...delayed.flatMap(({ delayMs, addresses }, index) => {
      const minor = (index + 1).toString(16);
      const parent = ["dev", device, "parent", "1:"];
      return [
        ["class", "add", ...parent, "classid", `1:${minor}`, "htb", "rate", "100gbit", "quantum", "60000"],
        // As many as come in a second of a fast network: those that find no room would be lost.
        ["qdisc", "add", "dev", device, "parent", `1:${minor}`, "netem", "delay", `${delayMs}ms`, "limit", "100000"],
        ...addresses.map((address) => {
          const [protocol, prio, length] = address.includes(":") ? ["ipv6", "2", "128"] : ["ip", "1", "32"];
          const match = ["match", family(address), "dst", `${address}/${length}`];
          return [
            "filter",
            "add",
            ...parent,
            "protocol",
            protocol,
            "prio",
            prio,
            "u32",
            ...match,
            "flowid",
            `1:${minor}`,
          ];
        }),
      ];
    }),
  ];
}

function family(address: string): "ip" | "ip6" {
  return address.includes(":") ? "ip6" : "ip";
}
