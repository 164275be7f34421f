import type { Statement } from "./statement.ts";

/** Splits an instruction into its word, its flags and the rest. */
export function splitStatement(line: string, escape: string): Pick<Statement, "word" | "flags" | "rest"> {
  const [, word = "", behind = ""] = /^([^\t\v\f\r ]*)(?:[\t\v\f\r ]+(.*))?$/s.exec(line.trim()) ?? [];
  const { flags, rest } = takeFlags(behind, escape);
  return { word, flags, rest: rest.trim() };
}

/** Words that begin with `--`, up to the first that does not; a `--` alone ends them, too. */
function takeFlags(line: string, escape: string): { readonly flags: string[]; readonly rest: string } {
  const flags: string[] = [];
  let at = 0;
  for (;;) {
    while (at < line.length && /\s/.test(line[at] ?? "")) at += 1;
    if (!line.startsWith("--", at)) return { flags, rest: line.slice(at) };
    const { word, end } = flagAt(line, at, escape);
    at = end;
    if (word === "--") return { flags, rest: line.slice(at) };
    flags.push(word);
  }
}

/** Quotes and escapes are taken away here already. */
function flagAt(line: string, start: number, escape: string): { readonly word: string; readonly end: number } {
  let [word, quote, at] = ["", "", start];
  for (; at < line.length; at += 1) {
    const character = line[at] ?? "";
    if (quote === "" && /\s/.test(character)) break;
    if (quote !== "" && character === quote) quote = "";
    else if (quote === "" && (character === "'" || character === '"')) quote = character;
    else if (character === escape) {
      at += 1;
      word += line[at] ?? "";
    } else word += character;
  }
  return { word, end: at };
}

/** Words as a list, quotes and escapes still in them. */
export function splitWords(rest: string, escape: string): string[] {
  const words: string[] = [];
  let [word, quote, isWord] = ["", "", false];
  const characters = [...rest];
  for (let at = 0; at < characters.length; at += 1) {
    const character = characters[at] ?? "";
    if (quote === "" && /\s/.test(character)) {
      if (isWord) words.push(word);
      [word, isWord] = ["", false];
      continue;
    }
    if (quote === "" && (character === "'" || character === '"')) {
      quote = character;
      isWord = true;
    } else if (character === quote) quote = "";
    else if (character === escape && quote !== "'") {
      // One at the very end is left out.
      if (at + 1 >= characters.length) break;
      word += character;
      at += 1;
      isWord = true;
    } else isWord = true;
    word += characters[at] ?? "";
  }
  if (isWord) words.push(word);
  return words;
}
