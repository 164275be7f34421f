import { mapTree, listTree, scalarTree, type Tree, withEntry } from "../tree.ts";
import type { LongForm } from "./parsed.ts";

/** The name of a config or secret stands for its use with all defaults. */
export const fileReferenceInFull: LongForm = (tree) =>
  tree.kind === "scalar" ? mapTree([["source", tree]], tree.at) : tree;

/** One path, or a list of paths and settings, stands for a list of settings; files are required unless said otherwise. */
export const envFilesInFull: LongForm = (tree) => {
  if (tree.kind === "scalar") return tree.value === null ? tree : listTree([envFileInFull(tree)], tree.at);
  return tree.kind === "list" ? { ...tree, items: tree.items.map(envFileInFull) } : tree;
};

function envFileInFull(tree: Tree): Tree {
  const settings = tree.kind === "scalar" ? mapTree([["path", tree]], tree.at) : tree;
  if (settings.kind !== "map" || settings.entries.has("required")) return settings;
  return withEntry(settings, "required", scalarTree(true, settings.at));
}
