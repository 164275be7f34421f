import type { Diagnostic } from "../diagnostic.ts";
import { formatPath } from "../source.ts";
import type { MapTree, Tree } from "../tree.ts";
import { patternMeanings } from "./compose.generated.ts";
import { didYouMean } from "./did-you-mean.ts";
import { type Found, step } from "./find.ts";
import { belongsElsewhere, exampleAt, knownKeys, takesAnyName } from "./known-keys.ts";
import type { Problem } from "./problem.ts";

/** Says in a person's words what the validator found at a place. */
export function explain(problem: Problem, found: Found): Diagnostic {
  switch (problem.keyword) {
    case "type":
      return explainType(problem, found);
    case "additionalProperties":
      return explainKey(String(problem.params["additionalProperty"]), found);
    case "required":
      return explainMissing(String(problem.params["missingProperty"]), found);
    case "enum":
      return explainEnum(problem, found);
    case "uniqueItems":
      return explainRepetition(problem, found);
    case "pattern": {
      const meaning =
        patternMeanings[String(problem.params["pattern"])] ?? `text like ${String(problem.params["pattern"])}`;
      return mistake("invalid-value", found, `expected ${meaning}, got ${show(found.value)}`);
    }
    default: // minimum and maximum
      return explainBound(problem, found);
  }
}

function explainType({ params }: Problem, found: Found): Diagnostic {
  const types = [params["type"]].flat().map(String);
  const { value, keyAt } = found;
  const isEmpty = value.kind === "scalar" && value.text === "" && value.type === "null";
  return {
    ...mistake("wrong-type", found, `expected ${expected(types)}, got ${show(value)}`, hintForType(types, found)),
    at: isEmpty ? keyAt : value.at,
  };
}

const words: Readonly<Record<string, string>> = {
  integer: "whole number",
  number: "number",
  string: "string",
  array: "list",
  object: "mapping",
};

/** Without `null`: that leaving a value out is fine does not help someone who gave one. */
function expected(types: readonly string[]): string {
  const named = Object.entries(words).filter(([type]) => types.includes(type));
  const nouns = named.map(([, word]) => word);
  if (types.includes("boolean")) return alternatives(["true", "false", ...nouns.map((noun) => `a ${noun}`)]);
  return `a ${alternatives(nouns)}`;
}

function alternatives(list: readonly string[]): string {
  return [list.slice(0, -1).join(", "), ...list.slice(-1)].filter((part) => part !== "").join(" or ");
}

function hintForType(types: readonly string[], { path, value }: Found): string | undefined {
  const takes = (...some: readonly string[]): boolean => some.some((type) => types.includes(type));
  const example = exampleAt(path);
  if (value.kind === "map") return hintForMap(value) ?? example;
  if (value.kind === "list") return takes("object") ? 'write "key: value" lines, without dashes' : example;
  if (value.type === "null") return "give it a value, or remove the key";
  if (typeof value.value === "number" && /(interval|timeout|period|delay|window|monitor)$/.test(String(path.at(-1)))) {
    return `add a unit: ${value.text}s`;
  }
  if (value.type !== "string" && takes("string") && !takes("boolean", "integer", "number")) {
    return `put quotes around it: "${value.text}"`;
  }
  return value.type === "string" && takes("array") ? `write a list: ["${value.text}"]` : example;
}

/** A space after the colon makes a mapping of what was meant as one text. */
function hintForMap({ entries }: MapTree): string | undefined {
  const [[key, entry] = []] = entries;
  if (key === undefined || entry?.value.kind !== "scalar" || entries.size !== 1) return undefined;
  const { text } = entry.value;
  return /^\w+$/.test(key)
    ? `write "${key}=${text}", or leave out the dash`
    : `put quotes around it: "${key}: ${text}"`;
}

function explainKey(key: string, parent: Found): Diagnostic {
  const child = step(parent, key) ?? parent;
  const path = [...parent.path, key];
  const where = formatPath(path);
  const known = knownKeys(parent.path);
  const told = { severity: "error", at: child.keyAt, path } as const;
  if (known.length === 0 && takesAnyName(parent.path)) {
    const message = `${where}: a name may hold only letters, digits, ".", "_" and "-", got "${key}"`;
    return { ...told, code: "invalid-name", message };
  }
  const hint = hintForKey(key, parent, child.value);
  return { ...told, code: "unknown-key", message: `${where}: unknown key`, ...(hint !== undefined && { hint }) };
}

function hintForKey(key: string, parent: Found, value: Tree): string | undefined {
  const similar = didYouMean(key, knownKeys(parent.path));
  if (similar !== undefined) return `did you mean "${similar}"?`;
  if (isSplitText(parent) && value.kind === "scalar") return `write "${key}:${value.text}", without a space`;
  return belongsElsewhere(parent.path, key, value);
}

/** `- 8080: 80`: an item with one odd key was meant as one text. */
function isSplitText({ path, value }: Found): boolean {
  return typeof path.at(-1) === "number" && value.kind === "map" && value.entries.size === 1;
}

/** One mistake, one message: true for what another problem here, at the same path, tells better. */
export function isSaidElsewhere(problem: Problem, found: Found, here: readonly Problem[]): boolean {
  if (problem.keyword === "type") return here.some(({ keyword }) => keyword === "enum");
  return problem.keyword === "required" && isThereInDisguise(problem, found, here);
}

/** The missing key is misspelt, or hidden in a split text. */
function isThereInDisguise({ params }: Problem, found: Found, others: readonly Problem[]): boolean {
  const unknown = others.filter(({ keyword }) => keyword === "additionalProperties");
  const meant = unknown.map((other) => didYouMean(String(other.params["additionalProperty"]), knownKeys(found.path)));
  return meant.includes(String(params["missingProperty"])) || (unknown.length > 0 && isSplitText(found));
}

function explainMissing(key: string, found: Found): Diagnostic {
  return { ...mistake("missing-key", found, `"${key}" is missing`, exampleAt([...found.path, key])), at: found.keyAt };
}

function explainEnum({ params }: Problem, found: Found): Diagnostic {
  const allowed = [params["allowedValues"]].flat().map(String);
  const similar = found.value.kind === "scalar" ? didYouMean(found.value.text, allowed) : undefined;
  const hint = similar === undefined ? undefined : `did you mean "${similar}"?`;
  return mistake("invalid-value", found, `expected ${alternatives(allowed)}, got ${show(found.value)}`, hint);
}

function explainRepetition({ params }: Problem, found: Found): Diagnostic {
  const [first, again] = [Number(params["i"]), Number(params["j"])].sort((a, b) => a - b);
  const item = step(found, String(again)) ?? found;
  return mistake(
    "repeated-item",
    item,
    `repeats item ${first} of the list, got ${show(item.value)}`,
    "remove one of them",
  );
}

function explainBound({ keyword, params }: Problem, found: Found): Diagnostic {
  const bound = `${keyword === "minimum" ? "at least" : "at most"} ${String(params["limit"])}`;
  return mistake("out-of-range", found, `expected ${bound}, got ${show(found.value)}`);
}

function mistake(code: string, { path, value }: Found, what: string, hint?: string): Diagnostic {
  const where = path.length === 0 ? "" : `${formatPath(path)}: `;
  return { severity: "error", code, at: value.at, path, message: where + what, ...(hint !== undefined && { hint }) };
}

function show(value: Tree): string {
  if (value.kind === "list") return "a list";
  if (value.kind === "map") return "a mapping";
  if (value.type === "null") return value.text === "" ? "nothing" : value.text;
  if (value.type === "timestamp") return `the date ${value.text}`;
  return value.type === "string" ? JSON.stringify(shortened(value.text)) : value.text;
}

function shortened(text: string): string {
  return text.length <= 80 ? text : `${text.slice(0, 79)}…`;
}
