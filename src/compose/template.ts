/** A text with `$VARIABLES`, as compose files and `.env` files have them, meets the variables of one scope. */
export interface Scope {
  readonly lookup: (name: string) => string | undefined;
  /** Told of each variable that had to be replaced by nothing. */
  readonly onUnset: (name: string) => void;
  /** Told of what is wrong with the template; the substitution goes on with nothing in its place. */
  readonly onProblem: (problem: TemplateProblem) => void;
}

/** What can be wrong with a template; `fragment` is the stretch of text it is about. */
export type TemplateProblem =
  | { readonly kind: "malformed"; readonly fragment: string }
  | { readonly kind: "required"; readonly fragment: string; readonly name: string; readonly reason: string }
  | { readonly kind: "too-long" | "too-deep"; readonly fragment: string };

/** Longest outcome of one template: far beyond any value, and soon enough for variables that double each other. */
const longestOutcome = 4_000_000;
const deepestDefault = 100;

/**
 * Replaces `$$ $V ${V} ${V:-d} ${V-d} ${V:?e} ${V?e} ${V:+r} ${V+r}`; `d`, `e` and `r` are templates themselves, and
 * evaluated only when used. A `$` before anything else stays as it is.
 */
export function substitute(template: string, scope: Scope, depth = 0): string {
  if (!template.includes("$")) return template;
  let outcome = "";
  let rest = 0;
  for (let at = template.indexOf("$"); at >= 0; at = template.indexOf("$", rest)) {
    const token = readToken(template, at);
    outcome += template.slice(rest, at);
    rest = at + token.length;
    const replacement = replace(token, scope, depth);
    if (replacement === undefined) return outcome + template.slice(rest);
    outcome += replacement;
    if (outcome.length > longestOutcome) {
      scope.onProblem({ kind: "too-long", fragment: template.slice(at, rest) });
      return outcome;
    }
  }
  return outcome + template.slice(rest);
}

/** One thing that begins with a `$`. */
export type Token =
  | { readonly kind: "text"; readonly text: string; readonly length: number }
  | { readonly kind: "variable"; readonly name: string; readonly fragment: string; readonly length: number }
  | {
      readonly kind: "operation";
      readonly name: string;
      readonly operator: Operator;
      readonly operand: string;
      readonly fragment: string;
      readonly length: number;
    }
  | { readonly kind: "malformed"; readonly fragment: string; readonly length: number };

/** `:` extends an operator from "unset" to "unset or empty". */
export type Operator = "-" | ":-" | "?" | ":?" | "+" | ":+";

const named = /\$([_a-zA-Z][_a-zA-Z0-9]*)/y;
const braced = /\$\{([_a-zA-Z][_a-zA-Z0-9]*)(?:\}|(:?[-?+]))/y;

/** Reads what begins with the `$` at `start`. */
export function readToken(template: string, start: number): Token {
  const next = template[start + 1];
  if (next === "$") return { kind: "text", text: "$", length: 2 };
  if (next !== "{") {
    const name = matchAt(named, template, start)?.[1];
    if (name === undefined) return { kind: "text", text: "$", length: 1 };
    return { kind: "variable", name, fragment: `$${name}`, length: name.length + 1 };
  }
  const [opening = "", name, operator] = matchAt(braced, template, start) ?? [];
  if (name === undefined) return malformed(template, start);
  if (operator === undefined) return { kind: "variable", name, fragment: opening, length: opening.length };
  const end = closingBrace(template, start);
  if (end === undefined) return malformed(template, start);
  const fragment = template.slice(start, end + 1);
  return {
    kind: "operation",
    name,
    operator: operator as Operator,
    operand: fragment.slice(opening.length, -1),
    fragment,
    length: fragment.length,
  };
}

function matchAt(form: RegExp, text: string, start: number): RegExpExecArray | null {
  form.lastIndex = start;
  return form.exec(text);
}

function malformed(template: string, start: number): Token {
  const fragment = /^\$\{[^}\n]*\}?/.exec(template.slice(start, start + 200))?.[0] ?? "${";
  return { kind: "malformed", fragment, length: 2 };
}

/**
 * Braces are counted, though a brace right after an opening one does not count; where they never balance, the last
 * one of the line closes: so `${N:-{}}` has the default `{}`.
 */
function closingBrace(template: string, start: number): number | undefined {
  let open = 0;
  let end = start;
  for (; end < template.length && template[end] !== "\n"; end += 1) {
    if (template[end] === "}" && --open === 0) return end;
    if (template[end] !== "{") continue;
    open += 1;
    // The brace right after it does not count, but the end of the line does.
    if (template[end + 1] !== "\n") end += 1;
  }
  const last = template.lastIndexOf("}", end - 1);
  return last > start ? last : undefined;
}

/** Undefined: the template cannot be read any further. */
function replace(token: Token, scope: Scope, depth: number): string | undefined {
  switch (token.kind) {
    case "text":
      return token.text;
    case "malformed":
      scope.onProblem({ kind: "malformed", fragment: token.fragment });
      return undefined;
    case "variable": {
      const value = scope.lookup(token.name);
      if (value === undefined) scope.onUnset(token.name);
      return value ?? "";
    }
    case "operation":
      return operate(token, scope, depth);
  }
}

function operate(token: Token & { kind: "operation" }, scope: Scope, depth: number): string | undefined {
  const { name, operator, operand, fragment } = token;
  if (depth >= deepestDefault) {
    scope.onProblem({ kind: "too-deep", fragment: fragment.slice(0, 40) });
    return undefined;
  }
  const value = scope.lookup(name);
  const isPresent = operator.startsWith(":") ? value !== undefined && value !== "" : value !== undefined;
  const evaluate = (): string => substitute(operand, scope, depth + 1);
  if (operator.endsWith("+")) return isPresent ? evaluate() : (value ?? "");
  if (isPresent) return value;
  if (operator.endsWith("-")) return evaluate();
  scope.onProblem({ kind: "required", fragment, name, reason: evaluate() });
  return "";
}
