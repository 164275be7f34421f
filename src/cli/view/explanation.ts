import type { VariableFinding } from "../../actions/explain.ts";
import type { Contribution, Explanation } from "../../compose/explain.ts";
import type { Location } from "../../compose/source.ts";
import type { Plain } from "../../compose/tree.ts";
import { alignTabs, denseTable } from "./table.ts";

/** Lines that tell of each value where it was written, oldest first, and what it replaced. */
export function explanationLines(explanations: readonly Explanation[]): string {
  return explanations
    .map(({ path, contributions }) => {
      const rows = contributions.map((contribution, index) => row(contribution, contributions[index - 1]));
      return `${path}\n${aligned(rows)}`;
    })
    .join("");
}

/** The same for programs. */
export function explanationJson(explanations: readonly Explanation[]): string {
  const plain = explanations.map(({ path, contributions }) => ({
    path,
    contributions: contributions.map(({ at, via, value, isReset }) => ({
      ...placeJson(at),
      ...(via !== undefined && { via: placeJson(via) }),
      value,
      ...(isReset && { isReset }),
    })),
  }));
  return `${JSON.stringify(plain, null, 2)}\n`;
}

/** Lines that tell what a variable could be, the value that counts first. */
export function variableLines(name: string, findings: readonly VariableFinding[]): string {
  if (findings.length === 0) return `${name} is not set\n`;
  const rows = findings.map((finding) => [
    finding.kind === "shell" ? "environment" : place(finding.at),
    shown(finding.value),
    [
      ...(finding.kind === "default" ? [`default in ${finding.path}`] : []),
      finding.isUsed ? "is used" : "is not used",
    ].join(", "),
  ]);
  return `${name}\n${aligned(rows)}`;
}

/** The same for programs. */
export function variableJson(findings: readonly VariableFinding[]): string {
  const plain = findings.map((finding) => ({
    source: finding.kind === "shell" ? "environment" : finding.kind,
    ...(finding.kind !== "shell" && placeJson(finding.at)),
    ...(finding.kind === "default" && { path: finding.path }),
    value: finding.value,
    isUsed: finding.isUsed,
  }));
  return `${JSON.stringify(plain, null, 2)}\n`;
}

function row(contribution: Contribution, replaced: Contribution | undefined): readonly string[] {
  const { at, via } = contribution;
  const where = via === undefined ? place(at) : `${place(at)}, used at ${place(via)}`;
  return [where, said(contribution), ...(replaced === undefined ? [] : [`in place of ${said(replaced)}`])];
}

function said({ value, isReset }: Contribution): string {
  return isReset === true ? "!reset" : shown(value);
}

function aligned(rows: readonly (readonly string[])[]): string {
  return alignTabs(rows.map((cells) => `  ${cells.join("\t")}\n`).join(""), denseTable);
}

function place({ file, line, column }: Location): string {
  return `${file}:${line}:${column}`;
}

function placeJson({ file, line, column }: Location): object {
  return { file, line, column };
}

/** On one line, and not longer than can be read at a glance. */
function shown(value: Plain): string {
  const text = typeof value === "string" && /^[\x21-\x7e]+$/.test(value) ? value : JSON.stringify(value);
  return text.length <= 80 ? text : `${text.slice(0, 79)}…`;
}
