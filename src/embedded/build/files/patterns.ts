import { posix } from "node:path";
import { DockerfileError } from "../dockerfile/dockerfile-error.ts";

/** One pattern of `.dockerignore`, `--exclude` or `--parents`. */
interface Pattern {
  readonly isException: boolean;
  readonly matches: (path: string) => boolean;
}

/** How far a folder matched, for the paths below of it. */
export type PatternState = readonly boolean[];

/** Patterns in their order, by the rules of Docker's own matcher (github.com/moby/patternmatcher). */
export class Patterns {
  readonly #patterns: readonly Pattern[];
  /** Something below of what matches may not match after all. */
  readonly hasExceptions: boolean;

  /** Throws a {@link DockerfileError} for a pattern that cannot be read. */
  constructor(texts: readonly string[]) {
    this.#patterns = texts.flatMap(readPattern);
    this.hasExceptions = this.#patterns.some(({ isException }) => isException);
  }

  /** Whether a path, relative and with `/`, matches; with the state of its folder, unless that is the root. */
  match(path: string, ofFolder: PatternState = []): { readonly isMatch: boolean; readonly state: PatternState } {
    let isMatch = false;
    const state = this.#patterns.map(({ isException, matches }, index) => {
      const isInherited = ofFolder[index] === true;
      if (!isInherited && isException !== isMatch) return false;
      const isOwn = isInherited || matches(path) || (ofFolder.length === 0 && parentsOf(path).some(matches));
      if (isOwn) isMatch = !isException;
      return isOwn;
    });
    return { isMatch, state };
  }
}

/** Lines of a `.dockerignore` as patterns. */
export function ignorePatterns(text: string): string[] {
  return text
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .flatMap((line) => {
      if (line.startsWith("#")) return [];
      const trimmed = line.trim();
      const isException = trimmed.startsWith("!");
      const written = isException ? trimmed.slice(1).trim() : trimmed;
      if (trimmed === "") return [];
      const cleaned = written === "" ? "" : cleanedPath(written);
      return [(isException ? "!" : "") + (cleaned.length > 1 ? cleaned.replace(/^\//, "") : cleaned)];
    });
}

function readPattern(text: string): Pattern[] {
  const trimmed = text.trim();
  if (trimmed === "") return [];
  const cleaned = cleanedPath(trimmed);
  const isException = cleaned.startsWith("!");
  const pattern = isException ? cleaned.slice(1) : cleaned;
  if (pattern === "") throw new DockerfileError('illegal exclusion pattern: "!"');
  return [{ isException, matches: matcherOf(pattern) }];
}

function cleanedPath(path: string): string {
  return posix.normalize(path).replace(/(?<=.)\/$/, "");
}

function parentsOf(path: string): string[] {
  const parts = path.split("/");
  return parts.slice(0, -1).map((_, index) => parts.slice(0, index + 1).join("/"));
}

/** `**` crosses folders, `*` and `?` do not; a `**` in front of plain text matches any ending. */
function matcherOf(pattern: string): (path: string) => boolean {
  const suffix = /^\*\*([^*?[\]\\]+)$/.exec(pattern)?.[1];
  if (suffix !== undefined) {
    return (path) => path.endsWith(suffix) || (suffix.startsWith("/") && path === suffix.slice(1));
  }
  try {
    const regex = new RegExp(`^${sourceOf(pattern)}$`, "su");
    return (path) => regex.test(path);
  } catch {
    throw new DockerfileError(`syntax error in pattern ${JSON.stringify(pattern)}`);
  }
}

function sourceOf(pattern: string): string {
  const characters = [...pattern];
  let source = "";
  for (let at = 0; at < characters.length; at += 1) {
    const character = characters[at] ?? "";
    if (character === "*" && characters[at + 1] === "*") {
      at += characters[at + 2] === "/" ? 2 : 1;
      source += at + 1 >= characters.length ? ".*" : "(?:.*/)?";
    } else if (character === "*") source += "[^/]*";
    else if (character === "?") source += "[^/]";
    else if (character === "\\") {
      at += 1;
      source += quoted(characters[at] ?? "\\");
    } else if (character === "[") {
      const { source: set, end } = characterSet(characters, at);
      source += set;
      at = end;
    } else source += quoted(character);
  }
  return source;
}

/** `[a-z]`, `[^x]`, with escapes. Throws a {@link DockerfileError} for one without end. */
function characterSet(characters: readonly string[], start: number): { readonly source: string; readonly end: number } {
  let [source, at] = ["[", start + 1];
  if (characters[at] === "^") {
    source += "^/";
    at += 1;
  }
  for (let isFirst = true; ; isFirst = false, at += 1) {
    const character = characters[at];
    if (character === undefined)
      throw new DockerfileError(`syntax error in pattern ${JSON.stringify(characters.join(""))}`);
    if (character === "]" && !isFirst) return { source: `${source}]`, end: at };
    if (character === "-" && !isFirst) source += "-";
    else if (character === "\\") {
      at += 1;
      source += quoted(characters[at] ?? "");
    } else source += quoted(character);
  }
}

function quoted(character: string): string {
  return /[\^$\\.*+?()[\]{}|/-]/.test(character) ? `\\${character}` : character;
}

/** Whether a path part is more than a plain name. */
export function hasWildcards(text: string): boolean {
  return /(?:^|[^\\])(?:\\\\)*[*?[]/.test(text);
}

/** Go's `filepath.Match`: no `**`, and a pattern matches the whole of a path. Throws a {@link DockerfileError}. */
export function pathMatcher(pattern: string): (path: string) => boolean {
  try {
    const regex = new RegExp(`^${sourceOf(pattern.replaceAll(/\*+/g, "*"))}$`, "su");
    return (path) => regex.test(path);
  } catch (error) {
    if (error instanceof DockerfileError) throw error;
    throw new DockerfileError(`syntax error in pattern ${JSON.stringify(pattern)}`);
  }
}
