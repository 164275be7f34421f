import { inspect } from "node:util";
import { UsageError } from "../errors.ts";
import type { StackWishes } from "./compose.ts";

type Check = (value: unknown) => boolean;

/** What an option is to be, in words, and whether it is. */
const expectations: Readonly<Record<keyof StackWishes, readonly [what: string, is: Check]>> = {
  services: list("names"),
  profiles: list("names"),
  env: ["variables and their values", (value) => typeof value === "object" && !Array.isArray(value)],
  envFiles: list("paths"),
  projectDirectory: ["a path", isText],
  engine: ["an address", isText],
  build: oneOf("always", "never"),
  pull: oneOf("always", "missing", "never"),
  startTimeoutMs: milliseconds(),
  stopGraceMs: milliseconds(),
  shared: ["true or false", isSwitch],
  reuse: ["true or false", isSwitch],
  signal: ["an AbortSignal", (value) => typeof value === "object"],
  onEvent: ["a function", (value) => typeof value === "function"],
};

/** Throws a `UsageError` for options that are none, or of another kind: runners of tests do not check types. */
export function checkWishes(wishes: StackWishes): void {
  for (const [name, value] of Object.entries(wishes)) {
    const expected = Object.hasOwn(expectations, name) ? expectations[name as keyof StackWishes] : undefined;
    if (expected === undefined) {
      throw new UsageError(
        `compose: there is no option "${name}"`,
        `there are ${Object.keys(expectations).toSorted().join(", ")}`,
      );
    }
    const [what, is] = expected;
    if (value !== undefined && (value === null || !is(value))) {
      throw new UsageError(`compose: ${name}: expected ${what}, got ${inspect(value, { depth: 1 })}`);
    }
  }
}

/** Throws a `UsageError` for a command that is a text: of that only the first letter would be run. */
export function checkCommand(command: readonly string[]): void {
  if (Array.isArray(command)) return;
  throw new UsageError(
    `exec: expected a list of a program and its arguments, got ${inspect(command)}`,
    `for a line of a shell: ["sh", "-c", "..."]`,
  );
}

function list(what: string): readonly [string, Check] {
  return [`a list of ${what}`, (value) => Array.isArray(value) && value.every(isText)];
}

function oneOf(...words: readonly string[]): readonly [string, Check] {
  const quoted = words.map((word) => JSON.stringify(word));
  return [quoted.join(" or "), (value) => words.some((word) => word === value)];
}

function milliseconds(): readonly [string, Check] {
  return ["milliseconds, as a number", (value) => Number.isFinite(value) && Number(value) >= 0];
}

function isText(value: unknown): boolean {
  return typeof value === "string";
}

function isSwitch(value: unknown): boolean {
  return typeof value === "boolean";
}
