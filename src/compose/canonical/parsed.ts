import type { Report } from "../diagnostic.ts";
import { formatPath, type Path } from "../source.ts";
import type { Tree } from "../tree.ts";

/** What a short form means, or what is wrong with it. */
export type Parsed<Value> = { readonly value: Value } | Problem;

/** What is wrong with a value, and what to write instead. */
export interface Problem {
  readonly problem: string;
  readonly hint?: string;
}

/** Turns a short form into its long form; what is long already stays as it is. */
export type LongForm = (tree: Tree, path: Path, report: Report) => Tree;

/** Tells that a short form means nothing; returns it as it was, so that the other stages can go on. */
export function refuse(tree: Tree, path: Path, report: Report, { problem, hint }: Problem): Tree {
  const message = `${formatPath(path)}: ${problem}`;
  report({ severity: "error", code: "invalid-value", at: tree.at, path, message, ...(hint !== undefined && { hint }) });
  return tree;
}
