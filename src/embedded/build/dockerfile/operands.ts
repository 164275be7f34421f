import { DockerfileError } from "./dockerfile-error.ts";
import type { CommandLine, Pair } from "./instruction.ts";
import { splitWords } from "./split-statement.ts";

/**
 * A list of texts in JSON; `undefined` for anything else. Throws a {@link DockerfileError} for a list with something else
 * in it.
 */
export function jsonList(text: string): string[] | undefined {
  const trimmed = text.trimStart();
  if (!trimmed.startsWith("[")) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(trimmed);
  } catch {
    return undefined;
  }
  if (Array.isArray(value) && value.every((each) => typeof each === "string")) return value;
  throw new DockerfileError("when using JSON array syntax, arrays must be comprised of strings only");
}

/** What `RUN`, `CMD`, `ENTRYPOINT` and `HEALTHCHECK CMD` are followed by. */
export function commandLine(rest: string): CommandLine {
  const list = rest === "" ? undefined : jsonList(rest);
  if (list !== undefined) return { isList: true, words: list };
  return { isList: false, words: rest === "" ? [] : [rest] };
}

/** `a=1 b="two words"`, or the old `a the rest`. */
export function readPairs(word: string, rest: string, escape: string): Pair[] {
  const words = splitWords(rest, escape);
  const [first] = words;
  if (first === undefined) throw new DockerfileError(`${word} requires at least one argument`);
  if (!first.includes("=")) {
    const [, key = "", value] = /^([^\t\v\f\r ]*)[\t\v\f\r ]+(.*)$/s.exec(rest) ?? [];
    if (value === undefined) throw new DockerfileError(`${word} must have two arguments`);
    return [{ key, value, isOldForm: true }];
  }
  return words.map((each) => {
    const equals = each.indexOf("=");
    if (equals < 0) {
      throw new DockerfileError(
        `Syntax error - can't find = in ${JSON.stringify(each)}. Must be of the form: name=value`,
      );
    }
    if (equals === 0) throw new DockerfileError(`${word} names can not be blank`);
    return { key: each.slice(0, equals), value: each.slice(equals + 1), isOldForm: false };
  });
}
