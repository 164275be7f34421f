import type { Encoded } from "./codec.ts";

/** JSON as Go writes it: sorted maps, structs in order, `<`, `>` and `&` escaped; on one line unless indented. */
export function writeJson(value: Encoded, indent = ""): string {
  return write(value, indent, indent === "" ? "" : "\n");
}

function write(value: Encoded, indent: string, newline: string): string {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number") return JSON.stringify(value);
  if (typeof value === "string") return quote(value);
  const inner = newline === "" ? "" : newline + indent;
  if (isList(value)) {
    const items = value.map((item) => write(item, indent, inner));
    return items.length === 0 ? "[]" : `[${inner}${items.join(`,${inner}`)}${newline}]`;
  }
  const colon = newline === "" ? ":" : ": ";
  const members = entriesOf(value).map(([key, member]) => `${quote(key)}${colon}${write(member, indent, inner)}`);
  return members.length === 0 ? "{}" : `{${inner}${members.join(`,${inner}`)}${newline}}`;
}

/** Maps by the bytes of their keys, structs as they are. */
function entriesOf(
  value: ReadonlyMap<string, Encoded> | Readonly<Record<string, Encoded>>,
): readonly (readonly [string, Encoded])[] {
  if (!(value instanceof Map)) return Object.entries(value);
  const entries: [string, Encoded][] = [...value];
  return entries.sort(([one], [other]) => compareBytes(one, other));
}

/** Order of UTF-8 bytes, in which Go sorts; JavaScript's own order differs for characters past U+FFFF. */
export function compareBytes(one: string, other: string): number {
  const isPlain = (text: string): boolean => !/[\uD800-\uDFFF]/.test(text);
  if (isPlain(one) && isPlain(other)) return one < other ? -1 : Number(one > other);
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}

/** True for a list; `Array.isArray` does not narrow readonly arrays. */
export function isList(value: Encoded): value is readonly Encoded[] {
  return Array.isArray(value);
}

function quote(text: string): string {
  return JSON.stringify(text).replaceAll(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
