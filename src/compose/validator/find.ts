import type { Location, Path } from "../source.ts";
import type { Tree } from "../tree.ts";

/** A value of a tree, where its key stands, and how one gets there. */
export interface Found {
  readonly path: Path;
  readonly value: Tree;
  /** Place of the key, or of the value where no key leads to it. */
  readonly keyAt: Location;
}

/** Follows a JSON pointer through a tree; stops at the last value that exists. */
export function find(tree: Tree, pointer: string): Found {
  let found: Found = { path: [], value: tree, keyAt: tree.at };
  for (const part of pointer.split("/").slice(1)) {
    const next = step(found, part.replaceAll("~1", "/").replaceAll("~0", "~"));
    if (next === undefined) return found;
    found = next;
  }
  return found;
}

/** Goes to a key of a mapping or an item of a list. */
export function step({ path, value }: Found, part: string): Found | undefined {
  if (value.kind === "map") {
    const entry = value.entries.get(part);
    return entry && { path: [...path, part], value: entry.value, keyAt: entry.keyAt };
  }
  const item = value.kind === "list" ? value.items[Number(part)] : undefined;
  return item && { path: [...path, Number(part)], value: item, keyAt: item.at };
}
