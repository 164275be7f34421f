import { pathTable } from "./path-table.ts";
import { type Rewrite, rewriteTree } from "./rewrite.ts";
import { entryOf, type MapTree, scalarTree, type Tree, withEntry } from "./tree.ts";

const oneRequest: Rewrite = (tree) =>
  entryOf(tree, "device_ids") === undefined ? withDefault(tree, "count", "all") : tree;

const defaults = pathTable<Rewrite>({
  "services.*.build": (tree) => withDefault(tree, "context", "."),
  "services.*.deploy.resources.reservations.devices.*": oneRequest,
  "services.*.gpus.*": oneRequest,
  "services.*.ports.*": (tree) => withDefault(withDefault(tree, "protocol", "tcp"), "mode", "ingress"),
  "services.*.secrets.*": (tree) => {
    const source = entryOf(tree, "source");
    return source?.kind === "scalar" ? withDefault(tree, "target", `/run/secrets/${source.text}`) : tree;
  },
});

/** Writes down what the files of one model leave open and the language settles, once they are all merged. */
export function setDefaults(tree: MapTree): MapTree {
  const complete = rewriteTree(tree, defaults);
  return complete.kind === "map" ? complete : tree;
}

function withDefault(tree: Tree, key: string, value: string): Tree {
  if (tree.kind !== "map" || tree.entries.has(key)) return tree;
  return withEntry(tree, key, scalarTree(value, tree.at));
}
