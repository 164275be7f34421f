import type { Doubts } from "./doubts.ts";
import { sections } from "./sections.ts";
import type { Path } from "./source.ts";
import { type Entry, type MapTree, scalarTree, type Tree } from "./tree.ts";

/** The tree without the values that were told to be wrong: the stages that follow meet sound ones only. */
export function prune(tree: MapTree, doubts: Doubts): MapTree {
  return doubts.isAnythingWrong ? pruneMap(tree, [], doubts) : tree;
}

function pruneMap(tree: MapTree, path: Path, doubts: Doubts): MapTree {
  let sound: Map<string, Entry> | undefined;
  for (const [key, entry] of tree.entries) {
    const value = soundValue(entry.value, [...path, key], doubts);
    if (value === entry.value) continue;
    sound ??= new Map(tree.entries);
    if (value !== undefined) {
      sound.set(key, { ...entry, value });
      continue;
    }
    sound.delete(key);
    doubts.markIncomplete(path);
    if (path.length === 0) doubts.leaveOpen(sections.filter((section) => section === key));
  }
  return sound === undefined ? tree : { ...tree, entries: sound };
}

function soundValue(tree: Tree, path: Path, doubts: Doubts): Tree | undefined {
  if (doubts.isWrong(tree.at)) return isNamed(path) ? nothingKnown(tree) : undefined;
  if (tree.kind === "map") return pruneMap(tree, path, doubts);
  if (tree.kind === "scalar") return tree;
  const items = tree.items.map((item, index) => soundValue(item, [...path, index], doubts));
  if (items.every((item, index) => item === tree.items[index])) return tree;
  return { ...tree, items: items.filter((item) => item !== undefined) };
}

/** A service, a volume …: it is there, whatever it is, since others may refer to it. */
function isNamed(path: Path): boolean {
  return path.length === 2 && sections.some((section) => section === path[0]);
}

function nothingKnown(tree: Tree): Tree {
  return tree.kind === "scalar" && tree.type === "null" ? tree : scalarTree(null, tree.at);
}
