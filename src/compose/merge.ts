import type { Report } from "./diagnostic.ts";
import { mergeRules } from "./merge-rules.ts";
import { mergeMaps } from "./overlay.ts";
import { below } from "./path-table.ts";
import type { MapTree } from "./tree.ts";

/** Lays one file over what earlier files said, and obeys `!reset` and `!override`. */
export function merge(base: MapTree, override: MapTree, report: Report): MapTree {
  return mergeMaps(base, override, { path: [], table: mergeRules, report, keepsMarks: false });
}

/**
 * Lays a service over the one it extends, by the rules for files. Its `!reset` and `!override` stay, for they also
 * speak to what earlier files say about the service.
 */
export function mergeService(base: MapTree, service: MapTree, name: string, report: Report): MapTree {
  const table = below(below(mergeRules, "services"), name);
  return mergeMaps(base, service, { path: ["services", name], table, report, keepsMarks: true });
}
