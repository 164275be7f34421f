import type { Path } from "../../compose/source.ts";
import type { ReportProblem } from "../problem.ts";

/** What a value has to be for an engine to take it: engines tell it only half-way, and without a place. */
export interface Rule<Value> {
  /** Completes "expected …". */
  readonly expected: string;
  readonly holds: (value: Value) => boolean;
  readonly hint?: string;
}

/** Holds a value against a rule; nothing, and the empty text, say that nothing is asked for. */
export type CheckValue = <Value extends string | number>(
  below: Path,
  value: Value | undefined,
  rule: Rule<Value>,
) => void;

/** A check of values below a path of the model. */
export function checker(base: Path, report: ReportProblem): CheckValue {
  return (below, value, { expected, holds, hint }) => {
    if (value === undefined || value === "" || holds(value)) return;
    const got = typeof value === "string" ? `"${value}"` : String(value);
    const message = `expected ${expected}, got ${got}`;
    report({ code: "invalid-project", path: [...base, ...below], message, ...(hint === undefined ? {} : { hint }) });
  };
}

/** One of a few words. */
export function oneOf(...words: readonly string[]): Rule<string> {
  return { expected: listed(words), holds: (text) => words.includes(text) };
}

/** One of a few words, or the container of something else: `container:NAME`. */
export function oneOfOrContainer(...words: readonly string[]): Rule<string> {
  return {
    expected: listed([...words, "service:NAME", "container:NAME"]),
    holds: (text) => words.includes(text) || /^(?:service|container):./.test(text),
  };
}

/** A text of a form. */
export function like(pattern: RegExp, expected: string): Rule<string> {
  return { expected, holds: (text) => pattern.test(text) };
}

/** A number of at least this much. */
export function atLeast(minimum: number, expected: string): Rule<number> {
  return { expected, holds: (value) => value >= minimum };
}

function listed(words: readonly string[]): string {
  return `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}
