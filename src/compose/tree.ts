import type { Location, Path } from "./source.ts";

/**
 * A value of a compose file that knows where it was written. Every stage of the loader takes trees and gives trees, so
 * that a mistake found at the end still points at the line that made it.
 */
export type Tree = ScalarTree | ListTree | MapTree;

interface Written {
  readonly at: Location;
  /** `!reset` and `!override`, obeyed when files are merged. */
  readonly tag?: "reset" | "override";
  /** What an earlier file, or an extended service, said here, with what that replaced: what `--explain` shows. */
  readonly replaced?: Tree;
  /** Where the alias, or the merge key, stands that brought the value here. */
  readonly via?: Location;
}

/** Type of a scalar by the rules of Go's YAML decoder, which `docker compose` follows. */
export type ScalarType = "null" | "bool" | "int" | "float" | "string" | "timestamp";

/** A single value; `text` is what the user wrote, unquoted, after interpolation. */
export interface ScalarTree extends Written {
  readonly kind: "scalar";
  readonly type: ScalarType;
  /** `bigint` only for whole numbers past 2^53. */
  readonly value: string | number | bigint | boolean | null;
  readonly text: string;
}

/** A sequence. */
export interface ListTree extends Written {
  readonly kind: "list";
  readonly items: readonly Tree[];
}

/** A mapping; keeps the order in which keys were first written. */
export interface MapTree extends Written {
  readonly kind: "map";
  readonly entries: ReadonlyMap<string, Entry>;
  /** Keys that are gone because of a `!reset`, each with the reset and what that replaced: what `--explain` shows. */
  readonly removed?: ReadonlyMap<string, Tree>;
}

/** A key with its value. */
export interface Entry {
  readonly keyAt: Location;
  readonly value: Tree;
}

/** Plain JSON-like value of a tree, for the schema validator and for binding. */
export type Plain = string | number | boolean | null | readonly Plain[] | { readonly [key: string]: Plain };

/** A plain value to make a tree of; undefined entries are left out. */
export type Sketch =
  | string
  | number
  | boolean
  | null
  | readonly Sketch[]
  | { readonly [key: string]: Sketch | undefined };

/** A scalar that no one wrote as such: a default, or a part of a short form; it borrows the place of what caused it. */
export function scalarTree(value: string | number | boolean | null, at: Location): ScalarTree {
  return { kind: "scalar", type: scalarType(value), value, text: value === null ? "" : String(value), at };
}

/** The same scalar, with what it replaced, but another value: what follows from what was written. */
export function withValue(tree: ScalarTree, value: string | number | boolean | null): ScalarTree {
  return { ...tree, ...scalarTree(value, tree.at) };
}

/** Another form of a value: it replaced the same, and came here the same way. */
export function withHistory(form: Tree, value: Tree): Tree {
  const { replaced, via } = value;
  const removed = value.kind === "map" ? value.removed : undefined;
  const shaped = removed === undefined || form.kind !== "map" ? form : { ...form, removed };
  if (replaced === undefined && via === undefined) return shaped;
  return { ...shaped, ...(replaced !== undefined && { replaced }), ...(via !== undefined && { via }) };
}

/** A plain value as a tree, at the place of what caused it. */
export function treeOf(value: Sketch | undefined, at: Location): Tree {
  if (value === undefined) return scalarTree(null, at);
  if (value === null || typeof value !== "object") return scalarTree(value, at);
  if (isPlainList(value))
    return listTree(
      value.map((item) => treeOf(item, at)),
      at,
    );
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return mapTree(
    entries.map(([key, inner]) => [key, treeOf(inner, at)]),
    at,
  );
}

/** A sequence at the place of what caused it. */
export function listTree(items: readonly Tree[], at: Location): ListTree {
  return { kind: "list", items, at };
}

/** A mapping at the place of what caused it; keys stand where their values stand. */
export function mapTree(entries: Iterable<readonly [string, Tree]>, at: Location): MapTree {
  return { kind: "map", entries: new Map([...entries].map(([key, value]) => [key, { keyAt: value.at, value }])), at };
}

/** Value of a key; undefined when there is none, or when the tree is no mapping. */
export function entryOf(tree: Tree | undefined, key: string): Tree | undefined {
  return tree?.kind === "map" ? tree.entries.get(key)?.value : undefined;
}

/** The mapping with one entry replaced, or added at the end. */
export function withEntry(tree: MapTree, key: string, value: Tree): MapTree {
  const keyAt = tree.entries.get(key)?.keyAt ?? value.at;
  return { ...tree, entries: new Map(tree.entries).set(key, { keyAt, value }) };
}

/** The mapping without one entry. */
export function withoutEntry(tree: MapTree, key: string): MapTree {
  const entries = new Map(tree.entries);
  entries.delete(key);
  return { ...tree, entries };
}

/** Where the value at a path was written, or its nearest parent that was written at all; a mapping is at its key. */
export function placeOf(tree: Tree, path: Path, at: Location = tree.at): Location {
  const [part, ...rest] = path;
  if (part === undefined) return at;
  const entry = tree.kind === "map" ? tree.entries.get(String(part)) : undefined;
  const child = tree.kind === "list" ? tree.items[Number(part)] : entry?.value;
  if (child === undefined) return at;
  return placeOf(child, rest, child.kind === "map" ? entry?.keyAt : undefined);
}

/** The value a tree stands for; whole numbers past 2^53 become the nearest number. */
export function plainOf(tree: Tree): Plain {
  if (tree.kind === "list") return tree.items.map(plainOf);
  if (tree.kind === "scalar") return typeof tree.value === "bigint" ? Number(tree.value) : tree.value;
  return Object.fromEntries([...tree.entries].map(([key, { value }]) => [key, plainOf(value)]));
}

function isPlainList(value: Sketch): value is readonly Sketch[] {
  return Array.isArray(value);
}

function scalarType(value: string | number | boolean | null): ScalarType {
  if (value === null) return "null";
  if (typeof value === "boolean") return "bool";
  if (typeof value === "number") return Number.isInteger(value) ? "int" : "float";
  return "string";
}
