import { DockerfileError } from "./dockerfile-error.ts";
import { expand } from "./expand.ts";
import type { Heredoc } from "./statement.ts";

const none = new Map<string, string>();

/** The here-documents that a line announces, without their contents; none when its quotes do not match. */
export function heredocsOf(line: string): Omit<Heredoc, "content">[] {
  return wordsOf(line).flatMap((word) => heredocOf(word) ?? []);
}

/** What a word announces; `undefined` when it is none of `<<EOF`, `<<-EOF`, `3<<"EOF"`. */
export function heredocOf(word: string): Omit<Heredoc, "content"> | undefined {
  const [, , dash, rest = ""] = /^(\d*)<<(-?)\s*([^<]*)$/.exec(word) ?? [];
  if (rest === "") return undefined;
  const options = { escape: "\\", keepsUnset: true };
  const [name, ...others] = expand(rest, none, options).words;
  if (name === undefined || others.length > 0) return undefined;
  const [raw = ""] = expand(rest, none, { ...options, keepsQuotes: true }).words;
  return { name, isExpanded: quotesIn(raw) === quotesIn(name), isChomped: dash === "-" };
}

/** The same for a word that need not be well formed. */
export function possibleHeredoc(word: string): Omit<Heredoc, "content"> | undefined {
  try {
    return heredocOf(word);
  } catch (error) {
    if (error instanceof DockerfileError) return undefined;
    throw error;
  }
}

function wordsOf(line: string): readonly string[] {
  try {
    return expand(line, none, { escape: "\\", keepsQuotes: true, keepsEscapes: true, keepsUnset: true }).words;
  } catch (error) {
    // A shell may read it differently: that is not for us to say.
    if (error instanceof DockerfileError) return [];
    throw error;
  }
}

function quotesIn(text: string): number {
  return text.replaceAll(/[^'"]/g, "").length;
}
