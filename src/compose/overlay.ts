import type { Report } from "./diagnostic.ts";
import { below, type PathTable } from "./path-table.ts";
import { formatPath, type Path } from "./source.ts";
import type { Entry, MapTree, Tree } from "./tree.ts";

/** A tree on its own: what is marked `!reset` is gone, what is marked `!override` is plain. */
export function settle(tree: Tree): Tree {
  const plain = tree.tag === undefined ? tree : unmarked(tree);
  if (plain.kind === "scalar") return plain;
  if (plain.kind === "list") {
    const items = plain.items.filter(({ tag }) => tag !== "reset").map(settle);
    return isSame(items, plain.items) ? plain : { ...plain, items };
  }
  let settled: Map<string, Entry> | undefined;
  for (const [key, entry] of plain.entries) {
    const value = entry.value.tag === "reset" ? undefined : settle(entry.value);
    if (value === entry.value) continue;
    settled ??= new Map(plain.entries);
    if (value === undefined) settled.delete(key);
    else settled.set(key, { ...entry, value });
  }
  return settled === undefined ? plain : { ...plain, entries: settled };
}

function unmarked({ tag: _, ...plain }: Tree): Tree {
  return plain;
}

/** How a value is laid over another one at some path. */
export type MergeRule = (base: Tree, override: Tree, context: MergeContext) => Tree;

/** Where a merge is, and how it goes on below. */
export interface MergeContext {
  readonly path: Path;
  readonly table: PathTable<MergeRule> | undefined;
  readonly report: Report;
  readonly keepsMarks: boolean;
}

/** Lays one mapping over another, key by key. */
export function mergeMaps(base: MapTree, override: MapTree, context: MergeContext): MapTree {
  const entries = new Map(base.entries);
  for (const [key, { keyAt, value }] of override.entries) {
    const known = base.entries.get(key);
    if (value.tag === "reset") {
      if (context.keepsMarks) entries.set(key, { keyAt, value });
      else entries.delete(key);
      continue;
    }
    const inner = { ...context, path: [...context.path, key], table: below(context.table, key) };
    const merged = known === undefined ? arrive(value, inner) : mergeValues(known.value, value, inner);
    entries.set(key, { keyAt: known?.keyAt ?? keyAt, value: merged });
  }
  return { ...base, entries };
}

/** Lays one value over another by the rule of its path. */
export function mergeValues(base: Tree, override: Tree, context: MergeContext): Tree {
  if (override.tag === "override") return replace(base, arrive(override, context), context.keepsMarks);
  const rule = context.table?.rule ?? mergeByKind;
  return rule(base, override, context);
}

/** The rule where no other is said: mappings merge, lists append, scalars replace, nothing changes nothing. */
export function mergeByKind(base: Tree, override: Tree, context: MergeContext): Tree {
  if (isNothing(override)) return base;
  if (base.kind === "scalar") return replace(base, arrive(override, context));
  if (base.kind === "map" && override.kind === "map") return mergeMaps(base, override, context);
  if (base.kind === "list" && override.kind === "list") {
    return { ...base, items: [...base.items, ...override.items.filter(({ tag }) => tag !== "reset").map(settle)] };
  }
  context.report({
    severity: "error",
    code: "cannot-override",
    at: override.at,
    path: context.path,
    message: `cannot override ${formatPath(context.path)}: ${kindOf(override)} does not merge with ${kindOf(base)}`,
    hint: `it was ${base.kind === "map" ? "a mapping" : "a list"} in ${base.at.file}:${base.at.line}; tag the new value !override to replace it`,
  });
  return base;
}

/** The override, which remembers what it replaced, after what it had replaced where it comes from. */
export function replace(base: Tree, override: Tree, keepsMark = false): Tree {
  const { tag, ...plain } = override;
  const mark = keepsMark && tag !== undefined ? { tag } : {};
  const replaced = override.replaced === undefined ? base : replace(base, override.replaced);
  return { ...plain, ...mark, replaced };
}

/** True for `key:` and `key: null`. */
export function isNothing(tree: Tree): boolean {
  return tree.kind === "scalar" && tree.type === "null";
}

/** A value that meets no other. */
export function arrive(tree: Tree, { keepsMarks }: Pick<MergeContext, "keepsMarks">): Tree {
  return keepsMarks ? tree : settle(tree);
}

function kindOf({ kind }: Tree): string {
  return kind === "map" ? "a mapping" : kind === "list" ? "a list" : "a single value";
}

function isSame<T>(one: readonly T[], other: readonly T[]): boolean {
  return one.length === other.length && one.every((item, index) => item === other[index]);
}
