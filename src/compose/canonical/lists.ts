import { type Entry, listTree, scalarTree, type Tree } from "../tree.ts";
import type { LongForm } from "./parsed.ts";

/** One value stands for a list of one. */
export const listInFull: LongForm = (tree) => (isText(tree) ? listTree([tree], tree.at) : tree);

/** The same, and empty items are left out: a variable that is not set names no server. */
export const listWithoutEmpty: LongForm = (tree, path, report) => {
  const list = listInFull(tree, path, report);
  if (list.kind !== "list") return list;
  return { ...list, items: list.items.filter((item) => item.kind !== "scalar" || item.text !== "") };
};

/** A list of names stands for a mapping of names without settings: `networks: [back]`. */
export const namesInFull: LongForm = (tree) => {
  if (tree.kind !== "list") return tree;
  const entries = tree.items.map((item): [string, Entry] => {
    const name = item.kind === "scalar" ? item.text : "";
    return [name, { keyAt: item.at, value: scalarTree(null, item.at) }];
  });
  return { kind: "map", entries: new Map(entries), at: tree.at };
};

function isText(tree: Tree): boolean {
  return tree.kind === "scalar" && tree.type === "string";
}
