import { badRequest } from "./http-error.ts";

/** A point in time as Docker's clients send it: seconds since 1970 with a fraction, RFC 3339, or a duration ago. */
export function momentOf(text: string | null, name: string, now: bigint): bigint | undefined {
  if (text === null || text === "") return undefined;
  const seconds = /^(?<whole>\d+)(?:\.(?<fraction>\d{1,9})\d*)?$/.exec(text)?.groups;
  if (seconds !== undefined) {
    return BigInt(seconds["whole"] ?? 0) * 1_000_000_000n + BigInt((seconds["fraction"] ?? "").padEnd(9, "0"));
  }
  const date = Date.parse(text);
  if (!Number.isNaN(date)) return BigInt(date) * 1_000_000n;
  const ago = [...text.matchAll(/(?<count>\d+(?:\.\d+)?)(?<unit>h|m|s|ms)/gy)];
  if (ago.length === 0 || ago.map(([part]) => part).join("") !== text) {
    throw badRequest(`invalid value for "${name}": "${text}" is no time`);
  }
  const unitMs: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };
  const ms = ago.reduce(
    (sum, { groups }) => sum + Number(groups?.["count"]) * (unitMs[groups?.["unit"] ?? ""] ?? 0),
    0,
  );
  return now - BigInt(Math.round(ms)) * 1_000_000n;
}
