import { DockerfileError } from "./dockerfile-error.ts";

/** Takes the beginning that a pattern (`*`, `?`) matches away: the shortest, or the longest. */
export function trimPrefix(value: string, pattern: string, isLongest: boolean): string {
  const regex = regexOf(pattern, { isGreedy: isLongest, isAnchored: true });
  return value.replace(regex, () => "");
}

/** Takes the end that a pattern matches away. The search runs backwards: only so the shortest is found. */
export function trimSuffix(value: string, pattern: string, isLongest: boolean): string {
  return reversed(trimPrefix(reversed(value), reversedPattern(pattern), isLongest));
}

/** Replaces what a pattern matches, the first time or each time. */
export function replacePattern(
  value: string,
  pattern: string,
  { replacement, isGlobal }: { readonly replacement: string; readonly isGlobal: boolean },
): string {
  const regex = regexOf(pattern, { isGreedy: true, isAnchored: false });
  // Go's templates: a `$1` of the replacement has no group to stand for, and `$$` is a dollar sign.
  const text = isGlobal
    ? replacement.replaceAll(/\$(\$|\w+|\{\w+\})/g, (_, name) => (name === "$" ? "$" : ""))
    : replacement;
  return isGlobal ? value.replaceAll(new RegExp(regex, "gu"), () => text) : value.replace(regex, () => text);
}

function regexOf(
  pattern: string,
  { isGreedy, isAnchored }: { readonly isGreedy: boolean; readonly isAnchored: boolean },
): RegExp {
  const characters = [...pattern];
  let source = isAnchored ? "^" : "";
  for (let at = 0; at < characters.length; at += 1) {
    const character = characters[at] ?? "";
    if (character === "*") source += isGreedy ? "[^\\n]*" : "[^\\n]*?";
    else if (character === "?") source += "[^\\n]";
    else if (character === "\\") {
      const next = characters[at + 1];
      // The escape of what ends the expression is none of the pattern's.
      if (next === "}" || next === "/") continue;
      if (next !== "*" && next !== "?" && next !== "\\") {
        throw new DockerfileError(`invalid pattern (${pattern}) in substitution: invalid escape '\\${next ?? ""}'`);
      }
      source += `\\${next}`;
      at += 1;
    } else source += character.replace(/[[\]{}.+()|^$/]/, "\\$&");
  }
  return new RegExp(source, "u");
}

function reversed(text: string): string {
  return [...text].toReversed().join("");
}

/** An escape stays in front of what it escapes. */
function reversedPattern(pattern: string): string {
  return [...pattern.matchAll(/\\.|./gsu)]
    .map(([part]) => part)
    .toReversed()
    .join("");
}
