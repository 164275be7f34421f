import type { Json } from "../project.ts";
import { printScalar } from "../scalar.ts";
import { plainOf, type ScalarTree, type Tree } from "../tree.ts";
import { type Codec, type Encoded, type Reading, refuse } from "./codec.ts";

/** Text, or a whole number that stands for its digits. */
export const text: Codec<string> = {
  read: (tree, reading) => {
    const scalar = scalarOf(tree, reading, "text");
    if (scalar?.type !== "float") return scalar === undefined ? undefined : printScalar(scalar);
    return refuse(tree, reading, `expected text, got ${scalar.text}`, `put quotes around it: "${scalar.text}"`);
  },
  write: (value) => value,
  isZero: (value) => value === "",
};

/** Text, or any other single value the way Go prints it. */
export const printed: Codec<string> = {
  ...text,
  read: (tree, reading) => {
    const scalar = scalarOf(tree, reading, "text");
    return scalar === undefined ? undefined : printScalar(scalar);
  },
};

/** A word out of a set that the schema has checked. */
export function word<Word extends string>(): Codec<Word> {
  return text as unknown as Codec<Word>;
}

/** True or false; false is not written. */
export const flag: Codec<boolean> = {
  read: (tree, reading) => {
    const scalar = scalarOf(tree, reading, "true or false");
    if (scalar === undefined) return undefined;
    const value = String(scalar.value).toLowerCase();
    if (["true", "yes", "y", "on"].includes(value)) return true;
    if (["false", "no", "n", "off"].includes(value)) return false;
    return refuse(tree, reading, `expected true or false, got "${scalar.text}"`);
  },
  write: (value) => value,
  isZero: (value) => !value,
};

/** Any value, as `x-*` attributes hold it. */
export const anything: Codec<Json> = {
  read: (tree) => plainOf(tree),
  write: toMaps,
  isZero: () => false,
};

/** The scalar, if there is one that is not null. */
export function scalarOf(tree: Tree, reading: Reading, expected: string): ScalarTree | undefined {
  if (tree.kind === "scalar") return tree.value === null ? undefined : tree;
  return refuse(tree, reading, `expected ${expected}, got a ${tree.kind === "list" ? "list" : "mapping"}`);
}

function toMaps(value: Json): Encoded {
  if (Array.isArray(value)) return value.map(toMaps);
  if (value === null || typeof value !== "object") return value;
  return new Map(Object.entries(value).map(([key, inner]) => [key, toMaps(inner)]));
}
