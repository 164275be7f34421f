import { resolvePlain } from "../scalar.ts";
import { printFloat } from "../scalar.ts";
import type { Encoded } from "./codec.ts";
import { compareNaturally } from "./natural-order.ts";
import { isList } from "./write-json.ts";

type Members = readonly (readonly [string, Encoded])[];

/** YAML as Go's encoder writes it, two spaces deep: docker compose's `config`, byte for byte. */
export function writeYaml(value: Encoded): string {
  if (!isCollection(value)) return `${scalar(value, 0)}\n`;
  const lines: string[] = [];
  writeBlock(value, 0, lines);
  return `${lines.join("\n")}\n`;
}

/** Adds the lines of a collection that is not empty; the first one may begin with what it is an item of. */
function writeBlock(value: Encoded, depth: number, lines: string[], start = " ".repeat(depth)): void {
  const margin = " ".repeat(depth);
  let lead = start;
  if (isList(value)) {
    for (const item of value) {
      if (isCollection(item)) writeBlock(item, depth + 2, lines, `${lead}- `);
      else lines.push(`${lead}- ${scalar(item, depth)}`);
      lead = margin;
    }
    return;
  }
  for (const [name, member] of membersOf(value)) {
    const written = key(name);
    const named = written.length > longestSimpleKey ? `${lead}? ${written}\n${margin}:` : `${lead}${written}:`;
    if (isCollection(member)) {
      lines.push(named);
      writeBlock(member, depth + 2, lines);
    } else {
      lines.push(`${named} ${scalar(member, depth)}`);
    }
    lead = margin;
  }
}

const longestSimpleKey = 128;

function membersOf(value: Encoded): Members {
  if (value instanceof Map) {
    const members: [string, Encoded][] = [...value];
    return members.sort(([one], [other]) => compareNaturally(one, other));
  }
  return Object.entries(value as Readonly<Record<string, Encoded>>);
}

/** True for what takes lines of its own. */
function isCollection(value: Encoded): boolean {
  if (value === null || typeof value !== "object") return false;
  if (isList(value)) return value.length > 0;
  return value instanceof Map ? value.size > 0 : Object.keys(value).length > 0;
}

function scalar(value: Encoded, depth: number): string {
  if (typeof value === "string") return text(value, depth);
  if (typeof value === "number") return Number.isInteger(value) ? String(value) : number(value);
  if (value === null || typeof value === "boolean") return String(value);
  return isList(value) ? "[]" : "{}";
}

function number(value: number): string {
  if (Number.isFinite(value)) return printFloat(value);
  return Number.isNaN(value) ? ".nan" : value > 0 ? ".inf" : "-.inf";
}

function key(name: string): string {
  if (name.includes("\n")) return doubleQuoted(name);
  return line(name);
}

function text(value: string, depth: number): string {
  return value.includes("\n") ? (literal(value, depth) ?? doubleQuoted(value)) : line(value);
}

/** What most names and values look like: plain, unless it means something. */
const isWord = /^[a-z](?:[a-z0-9_./:-]*[a-z0-9_])?$/i;
const isMeaningful = /^(?:y|n|yes|no|on|off|true|false|null)$/i;

/** Text without line ends: plain where it reads back as the same text, else in the quotes Go would choose. */
function line(value: string): string {
  if (isWord.test(value) && !isMeaningful.test(value)) return value;
  if (isAmbiguous(value)) return doubleQuoted(value);
  if (isUnprintable(value)) return doubleQuoted(value);
  return isPlain(value) ? value : `'${value.replaceAll("'", "''")}'`;
}

const isOldBoolean = /^(?:y|Y|yes|Yes|YES|on|On|ON|n|N|no|No|NO|off|Off|OFF)$/;
const isBase60 = /^[-+]?\d[\d_]*(?::[0-5]?\d)+(?:\.[\d_]*)?$/;

/** Text that some YAML reader takes for a number, a truth value, a date or nothing. */
function isAmbiguous(value: string): boolean {
  return value === "<<" || isOldBoolean.test(value) || isBase60.test(value) || resolvePlain(value).type !== "string";
}

function isPlain(value: string): boolean {
  const startsLikeSyntax = /^(---|\.\.\.|[#,[\]{}&*!|>'"%@`]|[-?:]([ \t]|$))/.test(value);
  return !startsLikeSyntax && !/^ | $|:([ \t]|$)|[ \t]#/.test(value);
}

/** Go's encoder calls everything past U+FFFF unprintable, too. */
const unprintable = /[^\n\u{20}-\u{7e}\u{a0}-\u{d7ff}\u{e000}-\u{fefe}\u{ff00}-\u{fffd}]/u;

function isUnprintable(value: string): boolean {
  return unprintable.test(value) || /[\u2028\u2029]/.test(value);
}

/** A block of lines; undefined for text that a block cannot hold. */
function literal(value: string, depth: number): string | undefined {
  const breaksOddly = / \n| $/.test(value);
  if (breaksOddly || unprintable.test(value.replaceAll("\t", ""))) return undefined;
  const indent = /^[ \n]/.test(value) ? "2" : "";
  const chomp = value.endsWith("\n") ? (/^\n$|\n\n$/.test(value) ? "+" : "") : "-";
  const margin = " ".repeat(depth + 2);
  const lines = (value.endsWith("\n") ? value.slice(0, -1) : value).split("\n");
  return [`|${indent}${chomp}`, ...lines.map((each) => (each === "" ? "" : margin + each))].join("\n");
}

const escapes: Readonly<Record<string, string>> = {
  "\0": "\\0",
  "\u0007": "\\a",
  "\b": "\\b",
  "\t": "\\t",
  "\n": "\\n",
  "\v": "\\v",
  "\f": "\\f",
  "\r": "\\r",
  "\u001b": "\\e",
  '"': '\\"',
  "\\": "\\\\",
  "\u0085": "\\N",
  "\u2028": "\\L",
  "\u2029": "\\P",
};

function doubleQuoted(value: string): string {
  const escaped = [...value].map((character) => {
    const known = escapes[character];
    if (known !== undefined) return known;
    return unprintable.test(character) ? escape(character.codePointAt(0) ?? 0) : character;
  });
  return `"${escaped.join("")}"`;
}

function escape(code: number): string {
  const [letter, width] = code <= 0xff ? ["x", 2] : code <= 0xffff ? ["u", 4] : ["U", 8];
  return `\\${letter}${code.toString(16).toUpperCase().padStart(width, "0")}`;
}
