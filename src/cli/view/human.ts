/** A size in decimal units with so many significant digits: `1.24MB`. */
export function humanSize(bytes: number, digits = 3): string {
  return scaled(bytes, 1000, ["B", "kB", "MB", "GB", "TB", "PB", "EB"], digits);
}

/** A size in binary units: `1.5MiB`. */
export function humanBinarySize(bytes: number, digits = 4): string {
  return scaled(bytes, 1024, ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"], digits);
}

function scaled(bytes: number, base: number, units: readonly string[], digits: number): string {
  let size = bytes;
  let unit = 0;
  while (size >= base && unit < units.length - 1) {
    size /= base;
    unit++;
  }
  return `${significant(size, digits)}${units[unit]}`;
}

/** Go's `%.Ng`: N significant digits, no trailing zeros, an exponent only when the whole part needs more digits. */
function significant(value: number, digits: number): string {
  const text = value.toPrecision(digits);
  if (!text.includes("e")) return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
  return text.replace(/\.?0*e([+-])(\d)$/, "e$10$2");
}
