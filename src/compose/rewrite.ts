import { below, type PathTable } from "./path-table.ts";
import type { Path } from "./source.ts";
import type { Entry, Tree } from "./tree.ts";

/** Replaces one value by another; the path says which. */
export type Rewrite = (tree: Tree, path: Path) => Tree;

/** Applies each rule to the values at its path, from the root down; values without a rule are kept as they are. */
export function rewriteTree(tree: Tree, rules: PathTable<Rewrite>, path: Path = []): Tree {
  const rewritten = rules.rule === undefined ? tree : rules.rule(tree, path);
  if (rules.next.size === 0 || rewritten.kind === "scalar") return rewritten;
  if (rewritten.kind === "list") {
    const next = below(rules, 0);
    if (next === undefined) return rewritten;
    const items = rewritten.items.map((item, index) => rewriteTree(item, next, [...path, index]));
    return items.every((item, index) => item === rewritten.items[index]) ? rewritten : { ...rewritten, items };
  }
  let changed: Map<string, Entry> | undefined;
  for (const [key, entry] of rewritten.entries) {
    const next = below(rules, key);
    if (next === undefined) continue;
    const value = rewriteTree(entry.value, next, [...path, key]);
    if (value === entry.value) continue;
    changed ??= new Map(rewritten.entries);
    changed.set(key, { ...entry, value });
  }
  return changed === undefined ? rewritten : { ...rewritten, entries: changed };
}
