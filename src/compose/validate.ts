import type { Report } from "./diagnostic.ts";
import type { Doubts } from "./doubts.ts";
import { prune } from "./prune.ts";
import { sections } from "./sections.ts";
import type { LoadSession } from "./session.ts";
import { type MapTree, type Tree, withEntry, withoutEntry } from "./tree.ts";
import { validateCompose } from "./validator/compose.generated.ts";
import { didYouMean } from "./validator/did-you-mean.ts";
import { explain, isSaidElsewhere } from "./validator/explain.ts";
import { type Found, find, step } from "./validator/find.ts";
import { knownKeys } from "./validator/known-keys.ts";
import type { Problem } from "./validator/problem.ts";

/**
 * Holds one document, interpolated and merged but not yet in canonical form, against the schema of the language.
 * Reports every mistake, in the order of the file; true when there is none.
 */
export function validate(tree: MapTree, report: Report): boolean {
  const findings = findingsIn(tree);
  tell(findings, report);
  return findings.length === 0;
}

/** The same, but gives what is left of the document without the values that the schema complains about. */
export function keepSound(tree: MapTree, session: Pick<LoadSession, "report" | "doubts">): MapTree {
  const known = prune(tree, session.doubts);
  const findings = findingsIn(known);
  if (findings.length === 0) return known;
  tell(findings, session.report);
  const meant = respellSections(known, findings, session.doubts);
  return meant === known ? withoutCulprits(known, findings, session.doubts) : keepSound(meant, session);
}

/** Takes a misspelt section for what it was meant to be, so that the mistakes inside of it are told as well. */
function respellSections(tree: MapTree, findings: readonly Finding[], doubts: Doubts): MapTree {
  let meant = tree;
  for (const { problem, found, culprit } of findings) {
    if (problem.keyword !== "additionalProperties" || found.path.length > 0) continue;
    const key = String(problem.params["additionalProperty"]);
    const guess = didYouMean(key, knownKeys([]));
    const section = sections.find((known) => known === guess);
    if (guess === "include") doubts.leaveOpen();
    if (section === undefined) continue;
    if (meant.entries.has(section)) doubts.leaveOpen([section]);
    else meant = withEntry(withoutEntry(meant, key), section, culprit.value);
  }
  return meant;
}

function withoutCulprits(tree: MapTree, findings: readonly Finding[], doubts: Doubts): MapTree {
  for (const { culprit } of findings) {
    doubts.spoil(culprit.value.at);
    doubts.spoil(culprit.keyAt);
  }
  const pruned = prune(tree, doubts);
  // What lacks a required part by now goes as well, unmentioned.
  const left = findingsIn(pruned);
  return left.length === 0 || pruned === tree ? pruned : withoutCulprits(pruned, left, doubts);
}

/** What the validator found, and the value that is better left out because of it. */
interface Finding {
  readonly problem: Problem;
  readonly found: Found;
  readonly culprit: Found;
}

function findingsIn(tree: MapTree): readonly Finding[] {
  if (validateCompose(toData(tree))) return [];
  const problems: readonly Problem[] = validateCompose.errors ?? [];
  return problems.map((problem) => {
    const found = find(tree, problem.instancePath);
    return { problem, found, culprit: culpritOf(problem, found) };
  });
}

function culpritOf({ keyword, params }: Problem, found: Found): Found {
  if (keyword === "additionalProperties") return step(found, String(params["additionalProperty"])) ?? found;
  if (keyword === "uniqueItems")
    return step(found, String(Math.max(Number(params["i"]), Number(params["j"])))) ?? found;
  return found;
}

/** In the order of the file, one at a time: to explain is slow, and a report of too many ends the load. */
function tell(findings: readonly Finding[], report: Report): void {
  const problems = findings.map(({ problem }) => problem);
  const byPath = Map.groupBy(problems, ({ instancePath }) => instancePath);
  for (const { problem, found } of findings.toSorted(byPlace)) {
    if (isSaidElsewhere(problem, found, byPath.get(problem.instancePath) ?? [])) continue;
    report(explain(problem, found));
  }
}

function toData(tree: Tree): unknown {
  switch (tree.kind) {
    case "list":
      return tree.items.map((item) => toData(item));
    case "map":
      return dataOf(tree);
    case "scalar":
      // Nothing in the language takes a date, and no type of the schema takes a symbol.
      if (tree.type === "timestamp") return Symbol(tree.text);
      return typeof tree.value === "bigint" ? Number(tree.value) : tree.value;
  }
}

function dataOf({ entries }: MapTree): Record<string, unknown> {
  const data: Record<string, unknown> = {};
  for (const [key, { value }] of entries) {
    if (key === "__proto__") Object.defineProperty(data, key, { value: toData(value), enumerable: true });
    else data[key] = toData(value);
  }
  return data;
}

function byPlace({ culprit: { keyAt: one } }: Finding, { culprit: { keyAt: other } }: Finding): number {
  return one.file === other.file ? one.line - other.line || one.column - other.column : 0;
}
