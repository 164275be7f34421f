const nanosecond = 1n;
const microsecond = 1000n;
const millisecond = 1_000_000n;
const second = 1_000_000_000n;
const minute = 60n * second;
const hour = 60n * minute;

const units: Readonly<Record<string, bigint>> = {
  ns: nanosecond,
  us: microsecond,
  µs: microsecond,
  μs: microsecond,
  ms: millisecond,
  s: second,
  m: minute,
  h: hour,
  d: 24n * hour,
  w: 7n * 24n * hour,
};

const longest = 2n ** 63n - 1n;

/** Nanoseconds that a Go duration such as `1m30s`, also in days and weeks, stands for; undefined for what is none. */
export function parseDuration(text: string): number | undefined {
  const [, sign, rest = ""] = /^([+-]?)(.+)$/s.exec(text) ?? [];
  if (rest === "0") return 0;
  if (!/^((\d+(\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h|d|w))+$/.test(rest)) return undefined;
  let total = 0n;
  for (const [, whole = "", fraction = "", unit = ""] of rest.matchAll(/(\d*)(?:\.(\d*))?([a-zµμ]+)/g)) {
    const scale = units[unit] ?? 0n;
    total += BigInt(whole || "0") * scale + fractionOf(fraction, scale);
  }
  if (total > longest) return undefined;
  return Number(sign === "-" ? -total : total);
}

/** A duration as Go prints it: `1m30s`, `26h0m0s`, `1.5ms`, `0s`. */
export function formatDuration(nanoseconds: number): string {
  const sign = nanoseconds < 0 ? "-" : "";
  const total = BigInt(Math.abs(nanoseconds));
  if (total === 0n) return "0s";
  if (total < microsecond) return `${sign}${total}ns`;
  if (total < millisecond) return `${sign}${decimal(total, microsecond)}µs`;
  if (total < second) return `${sign}${decimal(total, millisecond)}ms`;
  const hours = total >= hour ? `${total / hour}h` : "";
  const minutes = total >= minute ? `${(total % hour) / minute}m` : "";
  return `${sign}${hours}${minutes}${decimal(total % minute, second)}s`;
}

function fractionOf(digits: string, scale: bigint): bigint {
  return digits === "" ? 0n : (BigInt(digits) * scale) / 10n ** BigInt(digits.length);
}

function decimal(total: bigint, unit: bigint): string {
  const width = String(unit).length - 1;
  const fraction = String(total % unit)
    .padStart(width, "0")
    .replace(/0+$/, "");
  return `${total / unit}${fraction === "" ? "" : `.${fraction}`}`;
}
