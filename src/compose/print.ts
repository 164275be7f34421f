import type { Encoded } from "./fields/codec.ts";
import { writeJson } from "./fields/write-json.ts";
import { writeYaml } from "./fields/write-yaml.ts";
import type { Tree } from "./tree.ts";

/** How `config` prints. */
export type PrintFormat = "json" | "yaml";

/** Prints a model in the canonical language as docker compose does. */
export function printModel(model: Encoded, format: PrintFormat): string {
  return format === "json" ? writeJson(model, "  ") : writeYaml(model);
}

/** Doubles every `$`, so that what is printed can be read again without being interpolated. */
export function escapeDollars(text: string): string {
  return text.replaceAll("$", "$$$$");
}

/** A tree as it is, not bound to the model: what can be printed before variables are known. */
export function encodeTree(tree: Tree): Encoded {
  if (tree.kind === "list") return tree.items.map(encodeTree);
  if (tree.kind === "map") return new Map([...tree.entries].map(([key, { value }]) => [key, encodeTree(value)]));
  return typeof tree.value === "bigint" ? Number(tree.value) : tree.value;
}
