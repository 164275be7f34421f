import { lstatSync, readdirSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as letOthers } from "node:timers/promises";
import { type Fingerprint, isIn, isSame, parentsOf, type Tree } from "./fingerprint.ts";
import type { WatchedRule } from "./rules.ts";

/** What a rule's root holds on this machine, as it was when last looked at. */
export class HostTree {
  readonly #rule: Pick<WatchedRule, "root" | "accepts" | "skips">;
  readonly #tree = new Map<string, Fingerprint>();
  readonly #unreadable = new Map<string, string>();
  #newFolders = new Set<string>();
  #openedFolders = new Set<string>();

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

  /** False for what the rule leaves out, and for what may still be there where nobody may look. */
  knows(path: string): boolean {
    return this.#rule.accepts(path) && !this.#isHidden(path);
  }

  /** Folders that have appeared since they were last taken: they may have filled before anybody watched them. */
  get newFolders(): ReadonlySet<string> {
    return this.#newFolders;
  }

  /** The same, which are new no more. */
  takeNewFolders(): ReadonlySet<string> {
    const found = this.#newFolders;
    this.#newFolders = new Set();
    return found;
  }

  /** Folders that may be looked into since this was last asked, and might not before: nobody has watched them so far. */
  takeOpenedFolders(): Iterable<string> {
    const found = this.#openedFolders;
    this.#openedFolders = new Set();
    return found;
  }

  /**
   * Looks at the paths anew, with all that is below them; relative, `""` for everything. Tells which of them are not as
   * they were. What may not be looked at any more is taken to be as it was.
   */
  async refresh(paths: Iterable<string>): Promise<readonly string[]> {
    const changed: string[] = [];
    const pace = new Pace();
    for (const path of uppermost(paths)) await this.#refreshOne(path, changed, pace);
    return changed;
  }

  async #refreshOne(path: string, changed: string[], pace: Pace): Promise<void> {
    const seen = new Set<string>();
    const before = this.#tree.get(path);
    const hidden = [...this.#unreadable.keys()].filter((each) => isIn(path, each));
    for (const each of hidden) this.#unreadable.delete(each);
    await this.#look(path, { seen, changed, pace });
    for (const each of hidden) {
      if (!this.#unreadable.has(each) && this.#tree.get(each)?.kind === "directory") this.#openedFolders.add(each);
    }
    for (const known of this.#knownFrom(path, before)) {
      if (!seen.has(known) && !this.#isHidden(known) && this.#tree.delete(known)) changed.push(known);
    }
  }

  /** Most changes are of single files: they do not cost a walk over all that is known. */
  #knownFrom(path: string, before: Fingerprint | undefined): readonly string[] {
    const isSingle = (print: Fingerprint | undefined): boolean => print !== undefined && print.kind !== "directory";
    if (isSingle(before)) return [path];
    if (before === undefined && isSingle(this.#tree.get(path))) return [];
    return [...this.#tree.keys()].filter((known) => isIn(path, known));
  }

  async #look(path: string, found: Findings): Promise<void> {
    if (found.pace.isTimeForOthers()) await letOthers();
    const print = this.#attempt(path, () => fingerprintOf(join(this.#rule.root, path)));
    if (print === undefined) return;
    if (this.#rule.accepts(path)) {
      const before = this.#tree.get(path);
      if (!isSame(print, before)) found.changed.push(path);
      if (print.kind === "directory" && before?.kind !== "directory") this.#newFolders.add(path);
      this.#tree.set(path, print);
      found.seen.add(path);
    } else if (print.kind !== "directory" || this.#rule.skips(path)) return;
    if (print.kind !== "directory") return;
    const names = this.#attempt(path, () => readdirSync(join(this.#rule.root, path)));
    for (const name of names ?? []) await this.#look(path === "" ? name : `${path}/${name}`, found);
  }

  /** What vanished meanwhile is not there; what may not be read is remembered. */
  #attempt<T>(path: string, look: () => T): T | undefined {
    try {
      return look();
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? "";
      if (code === "ENOENT" || code === "ENOTDIR") return undefined;
      if (code !== "EACCES" && code !== "EPERM" && code !== "EIO" && code !== "ELOOP") throw error;
      this.#unreadable.set(path, code === "EIO" || code === "ELOOP" ? "cannot be read" : "permission denied");
      return undefined;
    }
  }

  #isHidden(path: string): boolean {
    return this.#unreadable.size > 0 && [path, ...parentsOf(path)].some((each) => this.#unreadable.has(each));
  }
}

interface Findings {
  readonly seen: Set<string>;
  readonly changed: string[];
  readonly pace: Pace;
}

/**
 * Questions to the file system are asked without waiting elsewhere meanwhile: each is answered in microseconds, and handing
 * it to another thread costs twenty times as much. Now and then others get their turn.
 */
class Pace {
  #asked = 0;

  isTimeForOthers(): boolean {
    this.#asked += 1;
    return this.#asked % questionsInOneTurn === 0;
  }
}

const questionsInOneTurn = 256;

function fingerprintOf(path: string): Fingerprint | undefined {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return undefined;
  const mode = stats.mode & 0o7777;
  if (stats.isDirectory()) return { kind: "directory", mode };
  if (stats.isSymbolicLink()) return { kind: "symlink", linkTarget: readlinkSync(path) };
  // Sockets, pipes and devices are no content.
  if (!stats.isFile()) return undefined;
  return { kind: "file", mode, sizeBytes: stats.size, changedMs: stats.ctimeMs, inode: stats.ino };
}

/** Without those that are below others. */
function uppermost(paths: Iterable<string>): ReadonlySet<string> {
  const chosen = new Set<string>();
  for (const path of [...new Set(paths)].sort()) {
    if (!parentsOf(path).some((parent) => chosen.has(parent))) chosen.add(path);
  }
  return chosen;
}
