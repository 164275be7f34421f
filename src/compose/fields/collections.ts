import { splitShellWords } from "../canonical/shell-words.ts";
import { parseHosts } from "../canonical/extra-hosts.ts";
import type { EnvironmentMap } from "../project.ts";
import { printScalar } from "../scalar.ts";
import type { Tree } from "../tree.ts";
import { below, type Codec, type Reading, refuse } from "./codec.ts";
import { printed, scalarOf, text } from "./scalars.ts";

/** A sequence; an empty one is not written. A single value stands for a list of one, as the language allows in places. */
export function list<Item>(item: Codec<Item>): Codec<readonly Item[]> {
  return {
    read: (tree, reading) => {
      if (isNull(tree)) return undefined;
      const items = tree.kind === "list" ? tree.items : [tree];
      return items.flatMap((one, index) => item.read(one, below(reading, index)) ?? []);
    },
    write: (items, form) => items.map((one) => item.write(one, form)),
    isZero: (items) => items.length === 0,
  };
}

/** A mapping with names that users choose; an empty one is not written. */
export function map<Value>(value: Codec<Value>): Codec<Record<string, Value>> {
  return {
    read: (tree, reading) => {
      const read = entriesOf(tree, reading).flatMap(([key, inner]) => {
        const one = value.read(inner, below(reading, key));
        return one === undefined ? [] : [[key, one] as const];
      });
      return isNull(tree) ? undefined : Object.fromEntries(read);
    },
    write: (values, form) => new Map(Object.entries(values).map(([key, one]) => [key, value.write(one, form)])),
    isZero: isEmpty,
  };
}

/** A mapping whose entries may be left without a value: `networks: { back: }`. */
export function mapOfOptional<Value>(value: Codec<Value>): Codec<Record<string, Value | null>> {
  return map<Value | null>({
    read: (tree, reading) => value.read(tree, reading) ?? null,
    write: (one, form) => (one === null ? null : value.write(one, form)),
    isZero: () => false,
  });
}

/** Labels and the like, `KEY=value` lists or mappings; a key alone means an empty value. */
export const labels: Codec<Record<string, string>> = {
  read: (tree, reading) => {
    const pairs = pairsOf(tree, reading);
    return pairs && Object.fromEntries(pairs.map(([key, value]) => [key, value ?? ""]));
  },
  write: (values) => new Map(Object.entries(values)),
  isZero: isEmpty,
};

/** The same, but numbers with a fraction have to be in quotes. */
export const options: Codec<Record<string, string>> = {
  ...labels,
  read: (tree, reading) => map(text).read(tree, reading) && labels.read(tree, reading),
};

/** Environment variables, `KEY=value` lists or mappings; a key alone is to be looked up. */
export const environment: Codec<EnvironmentMap> = {
  read: (tree, reading) => {
    const pairs = pairsOf(tree, reading);
    if (pairs === undefined) return undefined;
    const spaced = tree.kind === "list" ? pairs.findIndex(([key]) => /\s$/.test(key)) : -1;
    if (tree.kind !== "list" || spaced === -1) return Object.fromEntries(pairs);
    const at = tree.items[spaced] ?? tree;
    return refuse(at, below(reading, spaced), `variable "${pairs[spaced]?.[0]}" ends in a space`, "remove the space");
  },
  write: (values) => new Map(Object.entries(values)),
  isZero: isEmpty,
};

/** A command: words, or one line that is split into words. In JSON "not set" is told apart from "empty". */
export const command: Codec<readonly string[]> = {
  read: (tree, reading) => {
    if (tree.kind === "list") return words.read(tree, reading);
    const line = scalarOf(tree, reading, "a command");
    if (line === undefined) return undefined;
    const split = splitShellWords(printScalar(line));
    const hint = "close every quote, or write a list";
    return split ?? refuse(tree, reading, `command cannot be split into words, got "${line.text}"`, hint);
  },
  write: (value) => value,
  isZero: () => false,
  absent: (form) => (form === "json" ? null : undefined),
};

/** Test of a health check: words that start with how to run them, or one line for the shell. */
export const healthTest: Codec<readonly string[]> = {
  ...list(text),
  read: (tree, reading) => {
    if (tree.kind === "list") return words.read(tree, reading);
    const line = scalarOf(tree, reading, "a command");
    return line === undefined ? undefined : ["CMD-SHELL", printScalar(line)];
  },
};

/** Host names with their addresses, `host=address`, `host:address` or a mapping; written as a sorted list. */
export const hosts: Codec<Record<string, readonly string[]>> = {
  read: (tree, reading) => parseHosts(tree, reading),
  write: (values) =>
    Object.entries(values)
      .flatMap(([host, addresses]) => addresses.map((address) => `${host}=${address}`))
      .sort(),
  isZero: isEmpty,
};

/** A list of text. */
export const words: Codec<readonly string[]> = list(text);

/** Options handed to a provider: one value or several for each. */
export const multiOptions: Codec<Record<string, readonly string[]>> = map(list(printed));

/** Keys and values of a mapping, or of a `KEY=value` list; later ones win. */
function pairsOf(tree: Tree, reading: Reading): readonly (readonly [string, string | null])[] | undefined {
  if (isNull(tree)) return undefined;
  if (tree.kind !== "list") {
    return entriesOf(tree, reading).map(([key, value]) => [key, valueText(value, below(reading, key)) ?? null]);
  }
  return tree.items.map((item, index) => {
    const pair = valueText(item, below(reading, index)) ?? "";
    const split = pair.indexOf("=");
    return split === -1 ? [pair, null] : [pair.slice(0, split), pair.slice(split + 1)];
  });
}

function valueText(tree: Tree, reading: Reading): string | undefined {
  const scalar = scalarOf(tree, reading, "text");
  return scalar === undefined ? undefined : printScalar(scalar);
}

function entriesOf(tree: Tree, reading: Reading): readonly (readonly [string, Tree])[] {
  if (tree.kind === "map") return [...tree.entries].map(([key, { value }]) => [key, value]);
  if (!isNull(tree)) refuse(tree, reading, `expected a mapping, got a ${tree.kind === "list" ? "list" : "value"}`);
  return [];
}

function isNull(tree: Tree): boolean {
  return tree.kind === "scalar" && tree.value === null;
}

function isEmpty(values: object): boolean {
  return Object.keys(values).length === 0;
}
