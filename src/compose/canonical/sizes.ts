const shifts: Readonly<Record<string, number>> = { k: 1, m: 2, g: 3, t: 4, p: 5 };

/**
 * Bytes that a size such as `512m`, `1.5 GiB` or `64` stands for, read as Go's units library does: units count in
 * 1024s whatever their spelling. Undefined for what is no size.
 */
export function parseSize(size: string): number | undefined {
  const [, number = "", suffix = ""] = /^(.*[\d.])(?:\s?)(\D*)$/.exec(size) ?? [];
  if (!/^\+?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(number)) return undefined;
  const unit = suffix.toLowerCase();
  if (unit === "" || unit === "b") return Math.trunc(Number(number));
  const shift = /^[kmgtp](b|ib)?$/.test(unit) ? shifts[unit.charAt(0)] : undefined;
  return shift === undefined ? undefined : Math.trunc(Number(number) * 1024 ** shift);
}
