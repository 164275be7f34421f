import { coverArguments, covered, coverText, isSecretName } from "../secrets.ts";

/** Values as the engine and compose write them. */
export type Value = unknown;

/** `command sleep 1 -> sleep 2`; a side without a value is `(none)`. */
export function change(attribute: string, from: Value, to: Value): string {
  return `${attribute} ${show(from)} -> ${show(to)}`;
}

/** A change of the attribute, or nothing when both say the same. */
export function compare(attribute: string, from: Value, to: Value): string[] {
  return isSame(from, to) ? [] : [change(attribute, from, to)];
}

/** Changes of a map, key by key, sorted by key. What the names of secrets stand for is shown as `***`. */
export function compareMaps(
  attribute: string,
  from: Readonly<Record<string, Value>> | null | undefined,
  to: Readonly<Record<string, Value>> | null | undefined,
  { hides = isSecretName }: { readonly hides?: (key: string) => boolean } = {},
): string[] {
  const keys = new Set([...Object.keys(from ?? {}), ...Object.keys(to ?? {})]);
  return [...keys].sort().flatMap((key) => {
    const [before, now] = [from?.[key], to?.[key]];
    if (isSame(before, now)) return [];
    const cover = (value: Value): Value => (value !== undefined && hides(key) ? covered : value);
    return [change(`${attribute}.${key}`, cover(before), cover(now))];
  });
}

/** Nothing, null, the empty string, zero, false, and empty lists and maps all say: not set. */
export function isSame(a: Value, b: Value): boolean {
  return canonical(a) === canonical(b);
}

const shownLength = 60;

function show(value: Value): string {
  if (isUnset(value)) return "(none)";
  const text = Array.isArray(value) ? coverArguments(value.map(showItem)).join(" ") : coverText(showItem(value));
  const line = text.replaceAll("\n", "\\n");
  return line.length > shownLength ? `${line.slice(0, shownLength)}…` : line;
}

function showItem(value: Value): string {
  return typeof value === "string" ? value : canonical(value);
}

function isUnset(value: Value): boolean {
  return canonical(value) === "";
}

function canonical(value: Value): string {
  if (value === undefined || value === null || value === "" || value === 0 || value === false) return "";
  if (Array.isArray(value))
    return value.length === 0 ? "" : `[${value.map((each) => JSON.stringify(sorted(each))).join()}]`;
  if (typeof value !== "object") return JSON.stringify(value);
  const entries = Object.entries(value).filter(([, each]) => !isUnset(each));
  return entries.length === 0 ? "" : JSON.stringify(sorted(Object.fromEntries(entries)));
}

function sorted(value: Value): Value {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, each]) => !isUnset(each))
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, each]) => [key, sorted(each)]),
  );
}
