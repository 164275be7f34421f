import { readFileSync } from "node:fs";
import { parse } from "yaml";

/** What tscompose does with an attribute, as `schema/support.yaml` says it. */
export interface Support {
  readonly kind: "honoured" | "kept" | "ignored" | "refused";
  /** Condition or reason; absent when an attribute is simply honoured. */
  readonly text?: string;
}

/** Reads the rows of `schema/support.yaml`, by attribute path. */
export function readSupport(file: string): Map<string, Support> {
  const rows = parse(readFileSync(file, "utf8")) as Readonly<Record<string, unknown>>;
  return new Map(Object.entries(rows).map(([path, row]) => [path, supportOf(path, row)]));
}

const kinds: readonly Support["kind"][] = ["honoured", "kept", "ignored", "refused"];

function supportOf(path: string, row: unknown): Support {
  if (row === "honoured") return { kind: "honoured" };
  const [[kind, text] = []] = typeof row === "object" && row !== null ? Object.entries(row) : [];
  const known = kinds.find((each) => each === kind);
  if (known === undefined || typeof text !== "string") throw new Error(`${path}: no such row: ${JSON.stringify(row)}`);
  return { kind: known, text };
}
