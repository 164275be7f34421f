import { type Entry, type MapTree, mapTree, scalarTree, type Tree, withEntry } from "../tree.ts";
import type { LongForm } from "./parsed.ts";

/** A list of services stands for a mapping; a dependency is required, and met once started, unless said otherwise. */
export const dependsOnInFull: LongForm = (tree) => {
  if (tree.kind === "scalar") return tree;
  const entries =
    tree.kind === "list"
      ? tree.items.map((item): [string, Entry] => {
          const service = item.kind === "scalar" ? item.text : "";
          return [service, { keyAt: item.at, value: inFull(mapTree([], item.at)) }];
        })
      : [...tree.entries].map(([key, entry]): [string, Entry] => [key, { ...entry, value: inFullIfMap(entry.value) }]);
  return { kind: "map", entries: new Map(entries), at: tree.at };
};

function inFullIfMap(tree: Tree): Tree {
  return tree.kind === "map" ? inFull(tree) : tree;
}

function inFull(tree: MapTree): MapTree {
  const conditioned = tree.entries.has("condition")
    ? tree
    : withEntry(tree, "condition", scalarTree("service_started", tree.at));
  return conditioned.entries.has("required")
    ? conditioned
    : withEntry(conditioned, "required", scalarTree(true, tree.at));
}
