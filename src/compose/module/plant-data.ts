import type { PlainData } from "../../system/plain-data.ts";
import { type Entry, listTree, type MapTree, scalarTree, type Tree } from "../tree.ts";
import type { Whereabouts } from "./whereabouts.ts";

/**
 * Grows a tree from what a program made. Texts mean what they say: where YAML would read a variable, they are written so
 * that it reads none.
 */
export function plantData(data: PlainData, where: Whereabouts): Tree {
  if (data === null || typeof data === "number" || typeof data === "boolean") return scalarTree(data, where.at);
  if (typeof data === "string") return scalarTree(data.replaceAll("$", "$$$$"), where.at);
  if (isList(data)) {
    return listTree(
      data.map((item, index) => plantData(item, where.inside(index).value)),
      where.at,
    );
  }
  return plantMapping(data, where);
}

function plantMapping(data: { readonly [key: string]: PlainData }, where: Whereabouts): MapTree {
  const entries = new Map<string, Entry>();
  for (const [key, held] of Object.entries(data)) {
    const { keyAt, value } = where.inside(key);
    entries.set(key, { keyAt, value: plantData(held, value) });
  }
  return { kind: "map", at: where.at, entries };
}

function isList(data: PlainData): data is readonly PlainData[] {
  return Array.isArray(data);
}
