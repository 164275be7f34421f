import { treeOf } from "../tree.ts";
import { type LongForm, refuse } from "./parsed.ts";

/** `SOURCE[:TARGET[:PERMISSIONS]]` in full; the target defaults to the source, the permissions to all of them. */
export const deviceInFull: LongForm = (tree, path, report) => {
  if (tree.kind !== "scalar" || tree.value === null) return tree;
  const [source = "", target = "", permissions, ...more] = tree.text.split(":");
  if (more.length > 0) {
    const problem = `device has too many colons, got "${tree.text}"`;
    return refuse(tree, path, report, {
      problem,
      hint: 'write "SOURCE:TARGET:PERMISSIONS", or source, target and permissions',
    });
  }
  return treeOf({ source, target: target === "" ? source : target, permissions: permissions ?? "rwm" }, tree.at);
};

/** `gpus: all` stands for one request for every device. */
export const gpusInFull: LongForm = (tree) =>
  tree.kind === "scalar" && tree.value !== null ? treeOf([{ count: "all" }], tree.at) : tree;
