import { DockerfileError } from "./dockerfile-error.ts";

const unitNs: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};

/** Nanoseconds of a duration as Go writes it: `1m30s`, `1.5h`, `0`. Throws a {@link DockerfileError}. */
export function durationNs(text: string): number {
  if (/^[+-]?0$/.test(text)) return 0;
  const [, sign = "", body = ""] = /^([+-]?)((?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)$/.exec(text) ?? [];
  if (body === "") throw new DockerfileError(`time: invalid duration ${JSON.stringify(text)}`);
  let sum = 0;
  for (const [, number = "", unit = ""] of body.matchAll(/([\d.]+)([a-zµμ]+)/g))
    sum += Number(number) * (unitNs[unit] ?? 0);
  return Math.round(sign === "-" ? -sum : sum);
}

/** As Go prints it: `1m30s`, `1.5ms`, `0s`. */
export function shownDuration(nanoseconds: number): string {
  if (nanoseconds === 0) return "0s";
  if (nanoseconds < 1e3) return `${nanoseconds}ns`;
  if (nanoseconds < 1e6) return `${nanoseconds / 1e3}µs`;
  if (nanoseconds < 1e9) return `${nanoseconds / 1e6}ms`;
  const hours = Math.floor(nanoseconds / 3600e9);
  const minutes = Math.floor((nanoseconds % 3600e9) / 60e9);
  const seconds = `${(nanoseconds % 60e9) / 1e9}s`;
  if (hours > 0) return `${hours}h${minutes}m${seconds}`;
  return minutes > 0 ? `${minutes}m${seconds}` : seconds;
}
