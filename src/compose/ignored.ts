import type { Report } from "./diagnostic.ts";
import { formatPath } from "./source.ts";
import type { MapTree } from "./tree.ts";
import { type Found, step } from "./validator/find.ts";
import { ignoredAttributes } from "./validator/support.generated.ts";

/** Warns of every attribute that asks for something that will not happen, so that none is dropped in silence. */
export function reportIgnored(tree: MapTree, report: Report): void {
  for (const { pattern, reason, usual } of ignoredAttributes) {
    for (const { path, value, keyAt } of matches({ path: [], value: tree, keyAt: tree.at }, pattern.split("."))) {
      const asksForNothing = value.kind === "scalar" && (value.value === null || value.value === usual);
      if (asksForNothing) continue;
      const message = `${formatPath(path)}: has no effect, ${reason}`;
      report({ severity: "warning", code: "ignored-attribute", at: keyAt, path, message });
    }
  }
}

function* matches(from: Found, [part, ...rest]: readonly string[]): Generator<Found> {
  if (part === undefined) {
    yield from;
    return;
  }
  for (const key of part === "*" ? keysOf(from) : [part]) {
    const next = step(from, key);
    if (next !== undefined) yield* matches(next, rest);
  }
}

function keysOf({ value }: Found): Iterable<string> {
  if (value.kind === "map") return value.entries.keys();
  return value.kind === "list" ? value.items.keys().map(String) : [];
}
