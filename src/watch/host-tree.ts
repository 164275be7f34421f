import { lstat, readdir, readlink } from "node:fs/promises";
import { join } from "node:path";
import { type Fingerprint, isIn, isSame, parentsOf, type Tree } from "./fingerprint.ts";
import type { WatchedRule } from "./rules.ts";

/** What a rule's root holds on this machine, as it was when last looked at. */
export class HostTree {
  readonly #rule: Pick<WatchedRule, "root" | "accepts" | "skips">;
  readonly #tree = new Map<string, Fingerprint>();
  readonly #unreadable = new Map<string, string>();
  #newFolders = new Set<string>();

  constructor(rule: Pick<WatchedRule, "root" | "accepts" | "skips">) {
    this.#rule = rule;
  }

  get tree(): Tree {
    return this.#tree;
  }

  /** Folders and files that could not be looked at, and why: `path: permission denied`. */
  get unreadable(): readonly string[] {
    return [...this.#unreadable].map(([path, why]) => `${join(this.#rule.root, path)}: ${why}`);
  }

  /** Folders that have appeared since this was last asked: they may have filled before anybody watched them. */
  takeNewFolders(): Iterable<string> {
    const found = this.#newFolders;
    this.#newFolders = new Set();
    return found;
  }

  /**
   * Looks at the paths anew, with all that is below them; relative, `""` for everything. Tells which of them are not as
   * they were.
   */
  async refresh(paths: Iterable<string>): Promise<readonly string[]> {
    const changed: string[] = [];
    for (const some of inPortions([...uppermost(paths)])) {
      await Promise.all(some.map((path) => this.#refreshOne(path, changed)));
    }
    return changed;
  }

  async #refreshOne(path: string, changed: string[]): Promise<void> {
    const seen = new Set<string>();
    const before = this.#tree.get(path);
    await this.#look(path, { seen, changed });
    for (const known of this.#knownFrom(path, before)) {
      if (!seen.has(known) && this.#tree.delete(known)) changed.push(known);
    }
  }

  /** Most changes are of single files: they do not cost a walk over all that is known. */
  #knownFrom(path: string, before: Fingerprint | undefined): readonly string[] {
    const isSingle = (print: Fingerprint | undefined): boolean => print !== undefined && print.kind !== "directory";
    if (isSingle(before)) return [path];
    if (before === undefined && isSingle(this.#tree.get(path))) return [];
    return [...this.#tree.keys()].filter((known) => isIn(path, known));
  }

  async #look(path: string, found: { readonly seen: Set<string>; readonly changed: string[] }): Promise<void> {
    this.#unreadable.delete(path);
    const print = await this.#attempt(path, () => fingerprintOf(join(this.#rule.root, path)));
    if (print === undefined) return;
    if (this.#rule.accepts(path)) {
      const before = this.#tree.get(path);
      if (!isSame(print, before)) found.changed.push(path);
      if (print.kind === "directory" && before?.kind !== "directory") this.#newFolders.add(path);
      this.#tree.set(path, print);
      found.seen.add(path);
    } else if (print.kind !== "directory" || this.#rule.skips(path)) return;
    if (print.kind !== "directory") return;
    const names = await this.#attempt(path, () => readdir(join(this.#rule.root, path)));
    for (const some of inPortions(names ?? [])) {
      await Promise.all(some.map((name) => this.#look(path === "" ? name : `${path}/${name}`, found)));
    }
  }

  /** What vanished meanwhile is not there; what may not be read is remembered. */
  async #attempt<T>(path: string, look: () => Promise<T>): Promise<T | undefined> {
    try {
      return await look();
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? "";
      if (code === "ENOENT" || code === "ENOTDIR") return undefined;
      if (code !== "EACCES" && code !== "EPERM" && code !== "EIO" && code !== "ELOOP") throw error;
      this.#unreadable.set(path, code === "EIO" || code === "ELOOP" ? "cannot be read" : "permission denied");
      return undefined;
    }
  }
}

async function fingerprintOf(path: string): Promise<Fingerprint | undefined> {
  const stats = await lstat(path);
  const mode = stats.mode & 0o7777;
  if (stats.isDirectory()) return { kind: "directory", mode };
  if (stats.isSymbolicLink()) return { kind: "symlink", linkTarget: await readlink(path) };
  // Sockets, pipes and devices are no content.
  if (!stats.isFile()) return undefined;
  return { kind: "file", mode, sizeBytes: stats.size, changedMs: stats.ctimeMs, inode: stats.ino };
}

/** As many questions to the system at once as it answers at once; more of them would only wait, and take memory. */
const atOnce = 8;

function* inPortions(names: readonly string[]): Iterable<readonly string[]> {
  for (let at = 0; at < names.length; at += atOnce) yield names.slice(at, at + atOnce);
}

/** Without those that are below others. */
function uppermost(paths: Iterable<string>): ReadonlySet<string> {
  const chosen = new Set<string>();
  for (const path of [...new Set(paths)].sort()) {
    if (!parentsOf(path).some((parent) => chosen.has(parent))) chosen.add(path);
  }
  return chosen;
}
