import { shownDuration } from "../dockerfile/duration.ts";
import type { HealthcheckInstruction } from "../dockerfile/instruction.ts";

/** A text in double quotes as Go writes it (`%q`): histories of images hold such texts. */
export function goQuoted(text: string): string {
  return `"${[...text].map((character) => (character === '"' ? '\\"' : escaped(character))).join("")}"`;
}

/** A list of texts, `["a" "b"]`. */
export function goQuotedList(texts: readonly string[]): string {
  return `[${texts.map(goQuoted).join(" ")}]`;
}

/** A list of texts without quotes, `[a b]` (`%v`). */
export function goList(texts: readonly string[]): string {
  return `[${texts.join(" ")}]`;
}

/** A health check as BuildKit's history has it: a Go structure in quotes, its number taken for a character. */
export function goHealth(health: HealthcheckInstruction["health"]): string {
  const times = [health.Interval, health.Timeout, health.StartPeriod, health.StartInterval];
  const shown = times.map((time) => goQuoted(shownDuration(time))).join(" ");
  return `&{${goQuotedList(health.Test)} ${shown} ${goCharacter(health.Retries)}}`;
}

function goCharacter(code: number): string {
  const character = String.fromCodePoint(code > 0x10ffff ? 0xfffd : code);
  return `'${character === "'" ? "\\'" : escaped(character)}'`;
}

const short: Readonly<Record<string, string>> = {
  "\u0007": "\\a",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\v": "\\v",
  "\\": "\\\\",
};

function escaped(character: string): string {
  const known = short[character];
  if (known !== undefined) return known;
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20 || code === 0x7f) return `\\x${code.toString(16).padStart(2, "0")}`;
  if (!/^[\p{C}\p{Z}]$/u.test(character) || character === " ") return character;
  return code > 0xffff ? `\\U${code.toString(16).padStart(8, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
}
