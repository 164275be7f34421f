import { posix } from "node:path";

/** One line of a `.dockerignore`. */
interface Pattern {
  /** Cleaned, without the `!`. */
  readonly text: string;
  readonly isException: boolean;
  readonly depth: number;
  readonly regex: RegExp;
}

/** Which paths of a build context are left out, by the rules of Docker's own matcher (moby/patternmatcher). */
export class IgnorePatterns {
  readonly #patterns: readonly Pattern[];

  /** Takes the text of a file, with its comments, or patterns that were read from one. */
  constructor(given: string | readonly string[]) {
    const patterns = typeof given === "string" ? given.replace(/^\uFEFF/, "").split(/\r?\n/) : given;
    this.#patterns = patterns.filter((line) => typeof given !== "string" || !line.startsWith("#")).flatMap(readPattern);
  }

  /** True when a path, relative and with `/`, is left out: the last pattern that matches it or a parent decides. */
  ignores(path: string): boolean {
    const parts = path.split("/");
    const parents = parts.slice(0, -1).map((_, index) => parts.slice(0, index + 1).join("/"));
    let isIgnored = false;
    for (const { isException, regex, depth } of this.#patterns) {
      if (isException !== isIgnored) continue; // It could change nothing.
      const matches = regex.test(path) || (depth <= parents.length && parents.some((parent) => regex.test(parent)));
      if (matches) isIgnored = !isException;
    }
    return isIgnored;
  }

  /** True when nothing below an ignored directory can be wanted after all, so that it need not be read. */
  ignoresAllBelow(directory: string): boolean {
    return !this.#patterns.some((pattern) => pattern.isException && mayMatchBelow(pattern, directory));
  }

  /** True when something below a directory that is not matched itself may be. */
  mayMatchBelow(directory: string): boolean {
    return this.#patterns.some((pattern) => !pattern.isException && mayMatchBelow(pattern, directory));
  }
}

/** A pattern names something below a directory, or may do so from where its wildcards begin. */
function mayMatchBelow({ text }: Pattern, directory: string): boolean {
  const plain = /^[^*?[\\]*/.exec(text)?.[0] ?? "";
  return `${text}/`.startsWith(`${directory}/`) || (plain.length < text.length && `${directory}/`.startsWith(plain));
}

function readPattern(line: string): Pattern[] {
  const trimmed = line.trim();
  const isException = trimmed.startsWith("!");
  const written = isException ? trimmed.slice(1).trim() : trimmed;
  if (written === "") return [];
  const cleaned = posix.normalize(written).replace(/(?<=.)\/$/, "");
  const text = cleaned.length > 1 ? cleaned.replace(/^\//, "") : cleaned;
  return [{ text, isException, depth: text.split("/").length, regex: new RegExp(`^${regexOf(text)}$`, "s") }];
}

/** `**` crosses directories, `*` and `?` do not; a `**` in front of plain text matches any ending, as Docker's does. */
function regexOf(pattern: string): string {
  const suffix = /^\*\*([^*?[\]\\]+)$/.exec(pattern)?.[1];
  if (suffix !== undefined) return suffix.startsWith("/") ? `(.*/)?${escape(suffix.slice(1))}` : `.*${escape(suffix)}`;
  let regex = "";
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at] ?? "";
    if (character === "*" && pattern[at + 1] === "*") {
      at += pattern[at + 2] === "/" ? 2 : 1;
      regex += at + 1 >= pattern.length ? ".*" : "(.*/)?";
    } else if (character === "*") regex += "[^/]*";
    else if (character === "?") regex += "[^/]";
    else if (character === "\\") {
      at++;
      regex += escape(pattern[at] ?? "\\");
    } else if (character === "[" || character === "]" || character === "^" || character === "-") regex += character;
    else regex += escape(character);
  }
  return regex;
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
