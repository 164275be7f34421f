import { printScalar } from "../scalar.ts";
import { type Entry, mapTree, scalarTree, type Tree } from "../tree.ts";
import { type LongForm, refuse } from "./parsed.ts";

/** A path stands for the context of a build. */
export const buildInFull: LongForm = (tree) =>
  tree.kind === "scalar" && tree.value !== null ? mapTree([["context", tree]], tree.at) : tree;

/** A flag where text may stand: `provenance: true`. */
export const textInFull: LongForm = (tree) =>
  tree.kind === "scalar" && tree.type !== "string" && tree.value !== null
    ? scalarTree(printScalar(tree), tree.at)
    : tree;

/** A list of `KEY=value` stands for a mapping. */
export const keyValuesInFull: LongForm = (tree, path, report) => {
  if (tree.kind !== "list") return tree;
  return fromPairs(tree, (item, text, index) => {
    const at = text.indexOf("=");
    if (at !== -1) return [text.slice(0, at), scalarTree(text.slice(at + 1), item.at)];
    refuse(item, [...path, index], report, { problem: `expected NAME=VALUE, got "${text}"` });
    return undefined;
  });
};

/** A list of keys, `default` for the agent or `NAME=PATH`, stands for a mapping. */
export const sshInFull: LongForm = (tree, path, report) => {
  if (tree.kind !== "list") return tree;
  return fromPairs(tree, (item, text, index) => {
    const at = text.indexOf("=");
    if (at !== -1) return [text.slice(0, at), scalarTree(text.slice(at + 1), item.at)];
    if (text === "default") return [text, scalarTree(null, item.at)];
    const problem = `expected "default" or NAME=PATH, got "${text}"`;
    refuse(item, [...path, index], report, { problem, hint: `write "${text}=./path/to/key"` });
    return undefined;
  });
};

function fromPairs(
  list: Tree & { kind: "list" },
  read: (item: Tree, text: string, index: number) => readonly [string, Tree] | undefined,
): Tree {
  const entries = list.items.flatMap((item, index): [string, Entry][] => {
    const pair = read(item, item.kind === "scalar" ? item.text : "", index);
    return pair === undefined ? [] : [[pair[0], { keyAt: item.at, value: pair[1] }]];
  });
  return { kind: "map", entries: new Map(entries), at: list.at };
}
