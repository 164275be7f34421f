import { formatPath } from "../source.ts";
import { entryOf, type MapTree, withEntry, withoutEntry } from "../tree.ts";
import type { LongForm } from "./parsed.ts";

/** Docker Compose's trial spellings, which it still reads: `x-develop` of a service, `x-initialSync` of a watch rule. */
export const developInFull: LongForm = renamed("x-develop", "develop");
export const watchRuleInFull: LongForm = renamed("x-initialSync", "initial_sync");

function renamed(old: string, name: string): LongForm {
  return (tree, path, report) => {
    const value = entryOf(tree, old);
    if (tree.kind !== "map" || value === undefined) return tree;
    report({
      severity: "warning",
      code: "deprecated",
      at: keyOf(tree, old),
      path,
      message: `${formatPath(path)}: ${old} is deprecated`,
      hint: `write "${name}"`,
    });
    const without = withoutEntry(tree, old);
    return entryOf(tree, name) === undefined ? withEntry(without, name, value) : without;
  };
}

function keyOf(tree: MapTree, key: string): MapTree["at"] {
  return tree.entries.get(key)?.keyAt ?? tree.at;
}
