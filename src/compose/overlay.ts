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
  let changed: Draft | undefined;
  for (const [key, entry] of plain.entries) {
    const isReset = entry.value.tag === "reset";
    const value = isReset ? entry.value : settle(entry.value);
    if (value === entry.value && !isReset) continue;
    changed ??= draftOf(plain);
    if (isReset) remove(key, value, changed);
    else changed.entries.set(key, { ...entry, value });
  }
  return changed === undefined ? plain : withDraft(plain, changed);
}

/** The entries of a mapping, and those that a `!reset` took away, while both change. */
interface Draft {
  readonly entries: Map<string, Entry>;
  readonly removed: Map<string, Tree>;
}

function draftOf({ entries, removed }: MapTree): Draft {
  return { entries: new Map(entries), removed: new Map(removed) };
}

function withDraft(tree: MapTree, { entries, removed }: Draft): MapTree {
  return removed.size === 0 ? { ...tree, entries } : { ...tree, entries, removed };
}

/** Takes an entry away, and keeps what was said about it. */
function remove(key: string, reset: Tree, { entries, removed }: Draft): void {
  const known = entries.get(key)?.value ?? removed.get(key);
  removed.set(key, known === undefined || known === reset ? reset : replace(known, reset, true));
  entries.delete(key);
}

function unmarked(tree: Tree): Tree {
  const { tag: _, ...plain } = tree;
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
  const merged = draftOf(base);
  for (const [key, { keyAt, value }] of override.entries) {
    const known = base.entries.get(key);
    if (value.tag === "reset") {
      const reset = known === undefined ? value : replace(known.value, value, true);
      if (context.keepsMarks) merged.entries.set(key, { keyAt, value: reset });
      else remove(key, value, merged);
      continue;
    }
    const inner = { ...context, path: [...context.path, key], table: below(context.table, key) };
    const removed = base.removed?.get(key);
    const arrived = known === undefined ? arrive(value, inner) : mergeValues(known.value, value, inner);
    merged.entries.set(key, {
      keyAt: known?.keyAt ?? keyAt,
      value: removed === undefined ? arrived : replace(removed, arrived),
    });
    merged.removed.delete(key);
  }
  for (const [key, reset] of override.removed ?? []) if (!merged.entries.has(key)) merged.removed.set(key, reset);
  return withDraft(base, merged);
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
