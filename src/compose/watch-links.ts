import type { Files } from "../system/files.ts";
import { pathTable } from "./path-table.ts";
import { type Rewrite, rewriteTree } from "./rewrite.ts";
import { type MapTree, scalarTree } from "./tree.ts";

const watched = "services.*.develop.watch.*.path";

/** Makes watched paths lead past symbolic links: changes are told of files, not of links to them. */
export async function followWatchLinks(tree: MapTree, files: Pick<Files, "realPath">): Promise<MapTree> {
  const found = new Set<string>();
  const collect: Rewrite = (path) => {
    if (path.kind === "scalar") found.add(path.text);
    return path;
  };
  rewriteTree(tree, pathTable({ [watched]: collect }));
  const real = new Map<string, string>();
  for (const path of found) real.set(path, await followLinks(path, files));
  const replace: Rewrite = (path) => {
    const target = path.kind === "scalar" ? (real.get(path.text) ?? path.text) : undefined;
    return target === undefined || path.kind !== "scalar" || target === path.text ? path : scalarTree(target, path.at);
  };
  const followed = rewriteTree(tree, pathTable({ [watched]: replace }));
  return followed.kind === "map" ? followed : tree;
}

/** The path with its first link replaced; what lies behind the link, or does not exist, is kept as written. */
async function followLinks(path: string, files: Pick<Files, "realPath">): Promise<string> {
  if (!path.startsWith("/")) return path;
  for (let end = path.indexOf("/", 1); ; end = path.indexOf("/", end + 1)) {
    const part = end === -1 ? path : path.slice(0, end);
    const target = await files.realPath(part);
    if (target === undefined || end === -1) return target ?? path;
    if (target !== part) return target + path.slice(end);
  }
}
