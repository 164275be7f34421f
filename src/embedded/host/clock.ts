const startNs = BigInt(Date.now()) * 1_000_000n - process.hrtime.bigint();

/** Nanoseconds since 1970; never goes backwards while the process lives unless the machine's clock is set. */
export function nowNs(): bigint {
  const exact = startNs + process.hrtime.bigint();
  const roughly = BigInt(Date.now()) * 1_000_000n;
  const drift = exact - roughly;
  // The clock was set, or the machine slept: the wall clock is right then.
  return drift > 1_000_000_000n || drift < -1_000_000_000n ? roughly : exact;
}

/** Now as the API writes it: RFC 3339 in UTC with nanoseconds. */
export function timestamp(): string {
  return formatNs(nowNs());
}

/** Nanoseconds since 1970 as RFC 3339 in UTC with nanoseconds. */
export function formatNs(ns: bigint): string {
  const seconds = new Date(Number(ns / 1_000_000n)).toISOString().slice(0, 19);
  return `${seconds}.${(ns % 1_000_000_000n).toString().padStart(9, "0")}Z`;
}
