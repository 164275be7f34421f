import { lstat, readdir, readlink } from "node:fs/promises";
import { join, posix } from "node:path";
import { IgnorePatterns } from "../ignore-patterns.ts";

/**
 * The paths that some paths of a folder lead to, links on the way included; undefined when one leads to the folder as a
 * whole. Links never lead out of the folder: its root is theirs (tonistiigi/fsutil, followlinks.go).
 */
export async function followLinks(root: string, paths: readonly string[]): Promise<readonly string[] | undefined> {
  const found = new Set<string>();
  for (const path of paths) await follow(root, path, found);
  return found.has(".") ? undefined : [...found].sort();
}

async function follow(root: string, path: string, found: Set<string>): Promise<void> {
  const parts = inside(path).split("/");
  let current = ".";
  for (const [index, part] of parts.entries()) {
    current = posix.join(current, part);
    const rest = parts.slice(index + 1).join("/");
    const targets = await targetsOf(root, current);
    if (rest !== "" && targets === undefined) continue;
    if (found.has(current)) return;
    found.add(current);
    for (const target of targets ?? []) await follow(root, posix.join(target, rest), found);
    return;
  }
}

/** A path within the root, whatever it climbs. */
function inside(path: string): string {
  return posix.join("/", path).slice(1) || ".";
}

/** Where the link or the links at a path lead, relative to the root; undefined where there is none. */
async function targetsOf(root: string, path: string): Promise<readonly string[] | undefined> {
  const name = posix.basename(path);
  if (!/(?<!\\)[*?[]/.test(name)) {
    const target = await targetOf(root, path);
    return target === undefined ? undefined : [target];
  }
  const directory = posix.dirname(path);
  const names = await readdir(join(root, directory)).catch(() => []);
  const pattern = new IgnorePatterns([name]);
  const matching = names.filter((each) => pattern.ignores(each));
  const targets = await Promise.all(matching.map((each) => targetOf(root, posix.join(directory, each))));
  return targets.filter((target) => target !== undefined);
}

async function targetOf(root: string, path: string): Promise<string | undefined> {
  const stats = await lstat(join(root, path)).catch(() => undefined);
  if (stats?.isSymbolicLink() !== true) return undefined;
  const link = await readlink(join(root, path));
  return inside(posix.isAbsolute(link) ? link : posix.join("/", posix.dirname(path), link));
}
