import { TarError, type TarEntry, shownName } from "../../tar/entry.ts";
import { partsInRoot } from "./name-in-root.ts";

/** As Linux: more hops are a loop. */
const mostHops = 40;
const mostLinks = 1_000_000;

/**
 * The symbolic links that a layer has made so far, so that a name that leads through one of them can be replaced by the
 * name it means with the layer's root as `/`. Whoever unpacks the new names never walks through a link at all.
 */
export class LinkTable {
  readonly #targets = new Map<string, string>();

  /** The name with no link in front of its last part; the root is an empty name. */
  resolve(name: string): string {
    const parts = partsInRoot(name);
    const last = parts.pop();
    if (last === undefined) return "";
    if (this.#targets.size === 0) return [...parts, last].join("/");
    return [...this.#follow(parts, name), last].join("/");
  }

  /** The folder that a name leads to in the end. */
  resolveFolder(name: string): string {
    return this.#follow(partsInRoot(name), name).join("/");
  }

  /** Whether an entry, by its resolved name, takes the place of a link, and is not just the same once more. */
  isReplaced({ kind, name, linkName }: Pick<TarEntry, "kind" | "name" | "linkName">): boolean {
    const target = this.#targets.get(name);
    return target !== undefined && !(kind === "symlink" && linkName === target);
  }

  /** To be told of every entry in turn, by its resolved name. */
  note(entry: Pick<TarEntry, "kind" | "name" | "linkName">): void {
    const target = entry.kind === "hardlink" ? this.#targets.get(entry.linkName) : entry.linkName;
    if (target === undefined || (entry.kind !== "symlink" && entry.kind !== "hardlink")) {
      this.#targets.delete(entry.name);
      return;
    }
    this.#targets.set(entry.name, target);
    if (this.#targets.size > mostLinks) throw new TarError(`more than ${mostLinks} symbolic links in one layer`);
  }

  #follow(parts: readonly string[], name: string): string[] {
    const toDo = parts.toReversed();
    const done: string[] = [];
    let hops = 0;
    for (let part = toDo.pop(); part !== undefined; part = toDo.pop()) {
      if (part === "" || part === ".") continue;
      if (part === "..") {
        // Above the root is the root, as in a chroot.
        done.pop();
        continue;
      }
      done.push(part);
      const target = this.#targets.get(done.join("/"));
      if (target === undefined) continue;
      hops += 1;
      if (hops > mostHops) throw new TarError(`${shownName(name)} leads through too many symbolic links`);
      done.pop();
      if (target.startsWith("/")) done.length = 0;
      toDo.push(...target.split("/").toReversed());
    }
    return done;
  }
}
