import type { Attributes } from "../known-keys.ts";
import type { Schema } from "./schema-files.ts";

/** What may be written, as bare nested keys: enough to suggest the right one for a wrong one. */
export function attributesOf(schema: Schema): Attributes {
  const merged: Record<string, Attributes> = {};
  for (const [key, child] of childrenOf(schema)) {
    merged[key] = mergeAttributes(merged[key] ?? {}, attributesOf(child));
  }
  return merged;
}

/** Every attribute of the language with its schema, by path: `services.*.ports.*.target`. */
export function attributePaths(schema: Schema, prefix = ""): Map<string, Schema> {
  const found = new Map<string, Schema>();
  for (const [key, child] of childrenOf(schema)) {
    const path = prefix === "" ? key : `${prefix}.${key}`;
    if (key !== "*") found.set(path, child);
    for (const [below, attribute] of attributePaths(child, path)) found.set(below, found.get(below) ?? attribute);
  }
  return found;
}

function childrenOf(schema: Schema): [string, Schema][] {
  const { properties = {}, patternProperties = {}, additionalProperties, items, allOf = [], oneOf = [] } = schema;
  const named = Object.entries(patternProperties).filter(([pattern]) => pattern !== "^x-");
  const free = [...named.map(([, child]) => child), additionalProperties, items].filter(
    (child) => typeof child === "object",
  );
  return [
    ...Object.entries(properties),
    ...free.map((child): [string, Schema] => ["*", child]),
    ...[...allOf, ...oneOf].flatMap((branch) => childrenOf(branch)),
  ];
}

function mergeAttributes(one: Attributes, other: Attributes): Attributes {
  const merged: Record<string, Attributes> = { ...one };
  for (const [key, below] of Object.entries(other)) merged[key] = mergeAttributes(merged[key] ?? {}, below);
  return merged;
}
