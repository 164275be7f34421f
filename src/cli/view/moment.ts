/** A moment as Go prints it: `2026-11-21 05:28:11 +0000 UTC`, in the machine's time zone. */
export function goTime(seconds: number): string {
  const date = new Date(seconds * 1000);
  const offset = offsetOf(date).replace(":", "");
  return `${localDateTime(date).replace("T", " ")} ${offset} ${zoneName(date) ?? offset}`;
}

/** A moment to the microsecond, for lines: `2026-11-21 05:28:11.000123`. */
export function lineTime(microseconds: number): string {
  return `${localDateTime(dateOf(microseconds)).replace("T", " ")}.${fractionOf(microseconds)}`;
}

/** A moment to the microsecond, for machines: RFC 3339 with the machine's offset. */
export function jsonTime(microseconds: number): string {
  const date = dateOf(microseconds);
  const fraction = `.${fractionOf(microseconds)}`.replace(/\.?0+$/, "");
  const offset = offsetOf(date);
  return `${localDateTime(date)}${fraction}${offset === "+00:00" ? "Z" : offset}`;
}

function dateOf(microseconds: number): Date {
  return new Date(Math.floor(microseconds / 1000));
}

function fractionOf(microseconds: number): string {
  return String(microseconds % 1_000_000).padStart(6, "0");
}

function localDateTime(date: Date): string {
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}

function offsetOf(date: Date): string {
  const minutes = -date.getTimezoneOffset();
  const digits = [Math.trunc(Math.abs(minutes) / 60), Math.abs(minutes) % 60].map((n) => String(n).padStart(2, "0"));
  return `${minutes < 0 ? "-" : "+"}${digits.join(":")}`;
}

/** Abbreviations differ by locale: `CET` is known to the British, `EST` to Americans. */
function zoneName(date: Date): string | undefined {
  for (const locale of ["en-US", "en-GB", "en-AU"]) {
    const parts = new Intl.DateTimeFormat(locale, { timeZoneName: "short" }).formatToParts(date);
    const name = parts.find(({ type }) => type === "timeZoneName")?.value;
    if (name !== undefined && !/^GMT[+-]/.test(name)) return name;
  }
  return undefined;
}
