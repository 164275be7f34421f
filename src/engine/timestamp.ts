const msOfUnit: Readonly<Record<string, number>> = {
  h: 3_600_000,
  m: 60_000,
  s: 1000,
  ms: 1,
  us: 1e-3,
  µs: 1e-3,
  ns: 1e-6,
};
const duration = /^[+-]?(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+$/;
const rfc3339 = /^(\d{4}-\d\d-\d\d(?:T\d\d(?::\d\d(?::\d\d)?)?)?)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)?$/;

interface Period {
  readonly since?: string;
  readonly until?: string;
}

/** A period as engines take it, for logs and events. */
export function enginePeriod({ since, until }: Period, now: () => number): Period {
  return {
    ...(since === undefined ? {} : { since: engineTimestamp(since, now) }),
    ...(until === undefined ? {} : { until: engineTimestamp(until, now) }),
  };
}

/**
 * Turns a point in time as users write it (RFC 3339 or a prefix of it, Unix seconds, or `"10m"` ago) into
 * `"seconds.nanoseconds"`, the one form that engines take. Anything else is passed on for the engine to refuse.
 */
export function engineTimestamp(text: string, now: () => number): string {
  if (duration.test(text)) return secondsText(now() - durationMs(text));
  const [, dateTime, fraction = "", zone = ""] = rfc3339.exec(text) ?? [];
  if (dateTime === undefined) return text;
  const milliseconds = Date.parse(`${completed(dateTime)}${zone}`);
  if (Number.isNaN(milliseconds)) return text;
  return `${Math.floor(milliseconds / 1000)}.${fraction.padEnd(9, "0")}`;
}

/** Date.parse reads a lone date as UTC, but users mean their own time, as in every other form without a zone. */
function completed(dateTime: string): string {
  if (dateTime.length === 10) return `${dateTime}T00:00:00`;
  return dateTime.length === 13 ? `${dateTime}:00:00` : dateTime;
}

function durationMs(text: string): number {
  const parts = text.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g);
  const length = parts.reduce((sum, [, count, unit = "ms"]) => sum + Number(count) * (msOfUnit[unit] ?? 1), 0);
  return text.startsWith("-") ? -length : length;
}

function secondsText(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  const nanoseconds = Math.floor((milliseconds - seconds * 1000) * 1e6);
  return `${seconds}.${String(nanoseconds).padStart(9, "0")}`;
}
