import { UsageError } from "../../../errors.ts";
import { goJson } from "../json.ts";

/** A function that a template may call; the value that a pipe brings is the last argument. */
export type TemplateFunction = (...args: readonly unknown[]) => unknown;

/** What templates of the docker CLI can call: its own functions, and those of Go that make sense here. */
export const templateFunctions: Readonly<Record<string, TemplateFunction>> = {
  json: (value) => goJson(value ?? null),
  upper: (text) => printed(text).toUpperCase(),
  lower: (text) => printed(text).toLowerCase(),
  title: (text) => printed(text).replace(/(?<!\w)\w/g, (letter) => letter.toUpperCase()),
  join: (list, separator) => elements(list).map(printed).join(printed(separator)),
  split: (text, separator) => printed(text).split(printed(separator)),
  pad: (text, before, after) =>
    printed(text) === "" ? "" : " ".repeat(Number(before)) + printed(text) + " ".repeat(Number(after)),
  truncate: (text, length) => Array.from(printed(text)).slice(0, Number(length)).join(""),
  print: (...args) => args.map(printed).join(" "),
  println: (...args) => `${args.map(printed).join(" ")}\n`,
  printf: (format, ...args) => formatted(printed(format), args),
  len: (value) => (typeof value === "string" ? Buffer.byteLength(value) : elements(value).length),
  index: (value, ...keys) => keys.reduce(at, value),
  eq: (left, ...rights) => rights.some((right) => left === right),
  ne: (left, right) => left !== right,
  lt: (left, right) => compare(left, right) < 0,
  le: (left, right) => compare(left, right) <= 0,
  gt: (left, right) => compare(left, right) > 0,
  ge: (left, right) => compare(left, right) >= 0,
  and: (...args) => args.find((value) => !isTrue(value)) ?? args.at(-1),
  or: (...args) => args.find(isTrue) ?? args.at(-1),
  not: (value) => !isTrue(value),
};

/** What `if` thinks of a value: zero, empty and nothing are false. */
export function isTrue(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (typeof value === "object" && value !== null) return Object.keys(value).length > 0;
  return Boolean(value);
}

/** A value as Go prints it. */
export function printed(value: unknown): string {
  if (value === undefined || value === null) return "<no value>";
  if (Array.isArray(value)) return `[${value.map(printed).join(" ")}]`;
  if (typeof value === "object") return `{${Object.values(value).map(printed).join(" ")}}`;
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : "";
}

/** The elements that `range` walks. */
export function elements(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value;
  if (typeof value === "object") return Object.values(value);
  throw new UsageError(`--format: expected a list, got "${printed(value)}"`);
}

function at(value: unknown, key: unknown): unknown {
  if (Array.isArray(value) && Number.isInteger(key) && Number(key) < value.length) return value[Number(key)];
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return Object.entries(value).find(([name]) => name === key)?.[1] ?? "";
  }
  throw new UsageError(`--format: index out of range: ${printed(key)}`);
}

function compare(left: unknown, right: unknown): number {
  if (typeof left === "number" && typeof right === "number") return left - right;
  const [a, b] = [printed(left), printed(right)];
  return a < b ? -1 : a > b ? 1 : 0;
}

function formatted(format: string, args: readonly unknown[]): string {
  let next = 0;
  return format.replace(
    /%(-?)(0?)(\d*)(?:\.(\d+))?([sdvqtfx%])/g,
    (_, minus: string, zero: string, width: string, ...rest) => {
      const [digits, verb] = rest as [string | undefined, string];
      if (verb === "%") return "%";
      const text = formatOne(args[next++], verb, digits);
      if (minus !== "") return text.padEnd(Number(width));
      return text.padStart(Number(width), zero === "" ? " " : "0");
    },
  );
}

function formatOne(value: unknown, verb: string, digits: string | undefined): string {
  if (verb === "q") return JSON.stringify(printed(value));
  if (verb === "f") return Number(value).toFixed(Number(digits ?? 6));
  if (verb === "x") return typeof value === "number" ? value.toString(16) : Buffer.from(printed(value)).toString("hex");
  return digits === undefined || verb !== "s" ? printed(value) : printed(value).slice(0, Number(digits));
}
