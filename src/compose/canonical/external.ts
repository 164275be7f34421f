import { formatPath } from "../source.ts";
import { entryOf, scalarTree, type Tree, withEntry } from "../tree.ts";
import { type LongForm, refuse } from "./parsed.ts";

/** `external: { name: x }`, an old spelling, stands for `external: true` and `name: x`. */
export const externalInFull: LongForm = (tree, path, report) => {
  const external = entryOf(tree, "external");
  if (tree.kind !== "map" || external?.kind !== "map") return tree;
  const plain = withEntry(tree, "external", scalarTree(true, external.at));
  const [name, named] = [entryOf(external, "name"), entryOf(tree, "name")];
  if (name === undefined) return plain;
  if (named !== undefined && textOf(named) !== textOf(name)) {
    const problem = `name and external.name differ, got "${textOf(named)}" and "${textOf(name)}"`;
    return refuse(tree, path, report, { problem, hint: "keep name only" });
  }
  report({
    severity: "warning",
    code: "deprecated",
    at: name.at,
    path,
    message: `${formatPath(path)}: external.name is deprecated`,
    hint: `write "name: ${textOf(name)}" and "external: true"`,
  });
  return named === undefined ? withEntry(plain, "name", name) : plain;
};

function textOf(tree: Tree): string {
  return tree.kind === "scalar" ? tree.text : "";
}
