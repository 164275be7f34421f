import { isAbsolute, join } from "node:path";
import { isWindowsAbsolute } from "./windows-path.ts";
import { pathTable } from "./path-table.ts";
import { type Rewrite, rewriteTree } from "./rewrite.ts";
import { entryOf, type MapTree, type ScalarTree, type Tree, withEntry, withValue } from "./tree.ts";

/** Where relative paths of one model start, and what `~` stands for. */
export interface PathBase {
  readonly workingDirectory: string;
  /** Undefined leaves `~` as it is. */
  readonly homeDirectory: string | undefined;
}

/** Makes relative paths absolute; to be done for each model by itself, since included ones have their own base. */
export function resolvePaths(tree: MapTree, base: PathBase): MapTree {
  const local = onText((path) => resolvePath(path, base));
  const foreign = onText((path) => resolveForeignPath(path, base));
  const context = onText((path) => (isRemoteContext(path) ? path : resolvePath(path, base)));
  const rules = pathTable<Rewrite>({
    "services.*.build.context": context,
    "services.*.build.additional_contexts.*": context,
    "services.*.build.ssh.*": foreign,
    "services.*.env_file.*.path": local,
    "services.*.label_file.*": local,
    "services.*.extends.file": local,
    "services.*.develop.watch.*.path": local,
    "services.*.volumes.*": (mount) =>
      textOf(entryOf(mount, "type")) === "bind" ? onEntry(mount, "source", foreign) : mount,
    "configs.*.file": foreign,
    "secrets.*.file": foreign,
    "volumes.*": (volume) =>
      isBound(volume) ? onEntry(volume, "driver_opts", (it) => onEntry(it, "device", foreign)) : volume,
  });
  const resolved = rewriteTree(tree, rules);
  return resolved.kind === "map" ? resolved : tree;
}

/** A path of this machine; nothing stays nothing. */
export function resolvePath(path: string, base: PathBase): string {
  const expanded = expandHome(path, base);
  return expanded === "" || isAbsolute(expanded)
    ? expanded
    : withoutTrailingSlash(join(base.workingDirectory, expanded));
}

/** A path of the engine's machine, which may be a Windows one. */
function resolveForeignPath(path: string, base: PathBase): string {
  const expanded = expandHome(path, base);
  if (isAbsolute(expanded) || isWindowsAbsolute(expanded)) return expanded;
  return withoutTrailingSlash(join(base.workingDirectory, expanded));
}

function expandHome(path: string, { homeDirectory }: PathBase): string {
  return path.startsWith("~") && homeDirectory !== undefined
    ? withoutTrailingSlash(join(homeDirectory, path.slice(1)))
    : path;
}

/** Contexts that a builder fetches, and contexts that another service builds. */
function isRemoteContext(context: string): boolean {
  return context.includes("://") || /^(service:|github\.com\/|git@)/.test(context);
}

/** True for a volume that the local driver binds to a directory of the host. */
function isBound(volume: Tree): boolean {
  return (
    textOf(entryOf(volume, "driver")) === "local" && textOf(entryOf(entryOf(volume, "driver_opts"), "o")) === "bind"
  );
}

function onEntry(tree: Tree, key: string, change: (value: Tree) => Tree): Tree {
  const value = entryOf(tree, key);
  return tree.kind === "map" && value !== undefined ? withEntry(tree, key, change(value)) : tree;
}

function onText(change: (text: string) => string): (value: Tree) => Tree {
  return (value) => (isText(value) ? withValue(value, change(value.text)) : value);
}

function isText(tree: Tree): tree is ScalarTree {
  return tree.kind === "scalar" && tree.type === "string";
}

function textOf(tree: Tree | undefined): string | undefined {
  return tree?.kind === "scalar" ? tree.text : undefined;
}

function withoutTrailingSlash(path: string): string {
  return path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
}
