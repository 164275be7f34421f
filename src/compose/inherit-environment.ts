import { pathTable } from "./path-table.ts";
import { type Rewrite, rewriteTree } from "./rewrite.ts";
import { entryOf, type MapTree, scalarTree, type Tree, withEntry, withValue } from "./tree.ts";

/** Entry that holds the value of a config or secret out of the environment; no file can write it. */
export const resolvedValueKey = "x-#value";

/**
 * Looks up what a model takes from its environment: bare names in lists of variables, and the values of configs and
 * secrets. An included model has an environment of its own, so this is done before models are put together.
 */
export function inheritEnvironment(tree: MapTree, environment: Readonly<Record<string, string>>): MapTree {
  const lookUp = (name: string): string | undefined =>
    Object.hasOwn(environment, name) ? environment[name] : undefined;
  const withValue: Rewrite = (object) => {
    const name = entryOf(object, "environment");
    const value = name?.kind === "scalar" ? lookUp(name.text) : undefined;
    if (object.kind !== "map" || name === undefined || value === undefined) return object;
    return withEntry(object, resolvedValueKey, scalarTree(value, name.at));
  };
  const rules = pathTable<Rewrite>({
    "services.*.environment": (list) =>
      list.kind === "list" ? { ...list, items: list.items.map((item) => inherit(item, lookUp)) } : list,
    "configs.*": withValue,
    "secrets.*": withValue,
  });
  const resolved = rewriteTree(tree, rules);
  return resolved.kind === "map" ? resolved : tree;
}

function inherit(item: Tree, lookUp: (name: string) => string | undefined): Tree {
  if (item.kind !== "scalar" || item.text.includes("=")) return item;
  const value = lookUp(item.text);
  return value === undefined ? item : withValue(item, `${item.text}=${value}`);
}
