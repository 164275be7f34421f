import { DockerfileError } from "./dockerfile-error.ts";
import { replacePattern, trimPrefix, trimSuffix } from "./shell-pattern.ts";

/** Values of variables by name. */
export type Variables = ReadonlyMap<string, string>;

/** How words are read. */
export interface ExpandOptions {
  /** The Dockerfile's escape character. */
  readonly escape: string;
  /** Quotes stay. */
  readonly keepsQuotes?: boolean;
  /** Escape characters stay. */
  readonly keepsEscapes?: boolean;
  /** Quotes are characters like any other: in a here-document. */
  readonly ignoresQuotes?: boolean;
  /** Variables that are not set stay as they are written, instead of becoming nothing. */
  readonly keepsUnset?: boolean;
}

/** What became of a word. */
export interface Expanded {
  readonly text: string;
  /** The same, split at blanks that stand neither in quotes nor behind an escape. */
  readonly words: readonly string[];
  /** Names of variables that were asked for and are not set. */
  readonly unset: ReadonlySet<string>;
}

/**
 * Replaces variables and takes quotes and escapes away, as BuildKit does it: `$a`, `${a}`, `${a:-word}` and the other
 * forms with `-`, `+`, `?`, `#`, `##`, `%`, `%%`, `/` and `//`. Throws a {@link DockerfileError} for what cannot be read.
 */
export function expand(word: string, variables: Variables, options: ExpandOptions): Expanded {
  const reader = new WordReader(word, variables, options);
  try {
    return reader.readAll();
  } catch (error) {
    if (!(error instanceof DockerfileError)) throw error;
    throw new DockerfileError(`failed to process ${JSON.stringify(word)}: ${error.message}`);
  }
}

/** Words that are put together letter by letter. */
class Words {
  readonly #done: string[] = [];
  #current = "";
  #isInWord = false;

  /** A blank ends a word. */
  add(text: string): void {
    for (const character of text) {
      if (!isBlank(character)) this.addRaw(character);
      else if (this.#isInWord && this.#current !== "") {
        this.#done.push(this.#current);
        this.#current = "";
        this.#isInWord = false;
      }
    }
  }

  /** A blank is a letter. */
  addRaw(text: string): void {
    this.#current += text;
    this.#isInWord = true;
  }

  all(): string[] {
    return this.#current === "" ? this.#done : [...this.#done, this.#current];
  }
}

class WordReader {
  readonly #characters: readonly string[];
  readonly #variables: Variables;
  readonly #options: ExpandOptions;
  readonly #unset = new Set<string>();
  #at = 0;
  #keepsEscapes: boolean;

  constructor(word: string, variables: Variables, options: ExpandOptions) {
    this.#characters = [...word];
    this.#variables = variables;
    this.#options = options;
    this.#keepsEscapes = options.keepsEscapes === true;
  }

  readAll(): Expanded {
    const { text, words } = this.#readUntil(undefined, this.#keepsEscapes);
    return { text, words, unset: this.#unset };
  }

  #readUntil(end: string | undefined, keepsEscapes: boolean): { readonly text: string; readonly words: string[] } {
    const before = this.#keepsEscapes;
    this.#keepsEscapes = keepsEscapes;
    try {
      return this.#readPart(end);
    } finally {
      this.#keepsEscapes = before;
    }
  }

  #readPart(end: string | undefined): { readonly text: string; readonly words: string[] } {
    const words = new Words();
    let text = "";
    for (let next = this.#peek(); next !== undefined; next = this.#peek()) {
      if (next === end) {
        this.#at += 1;
        return { text, words: words.all() };
      }
      const special = this.#special(next);
      if (special !== undefined) {
        text += special;
        if (next === "$") words.add(special);
        else words.addRaw(special);
        continue;
      }
      this.#at += 1;
      if (next !== this.#options.escape) {
        text += next;
        words.add(next);
        continue;
      }
      if (this.#keepsEscapes) {
        text += next;
        words.addRaw(next);
      }
      const escaped = this.#take();
      if (escaped === undefined) break;
      text += escaped;
      words.addRaw(escaped);
    }
    if (end !== undefined) throw new DockerfileError(`unexpected end of statement while looking for matching ${end}`);
    return { text, words: words.all() };
  }

  #special(character: string): string | undefined {
    if (character === "$") return this.#variable();
    if (character === "<") return this.#heredocMark();
    if (this.#options.ignoresQuotes === true) return undefined;
    if (character === "'") return this.#singleQuoted();
    return character === '"' ? this.#doubleQuoted() : undefined;
  }

  /** Blanks between `<<` and its word do not split. */
  #heredocMark(): string {
    this.#at += 1;
    if (this.#peek() !== "<") return "<";
    this.#at += 1;
    let blanks = "";
    for (let next = this.#peek(); next === " " || next === "\t" || next === "\r"; next = this.#peek()) {
      blanks += next;
      this.#at += 1;
    }
    return `<<${blanks}`;
  }

  #singleQuoted(): string {
    let text = this.#quote();
    for (;;) {
      const next = this.#take();
      if (next === undefined) {
        throw new DockerfileError("unexpected end of statement while looking for matching single-quote");
      }
      if (next === "'") return text + (this.#options.keepsQuotes === true ? next : "");
      text += next;
    }
  }

  #doubleQuoted(): string {
    let text = this.#quote();
    for (;;) {
      const next = this.#peek();
      if (next === undefined) {
        throw new DockerfileError("unexpected end of statement while looking for matching double-quote");
      }
      if (next === '"') return text + this.#quote();
      text += next === "$" ? this.#variable() : this.#quotedCharacter();
    }
  }

  /** Within double quotes an escape means something only in front of a quote, a dollar sign and itself. */
  #quotedCharacter(): string {
    const { escape } = this.#options;
    const character = this.#take() ?? "";
    if (character !== escape) return character;
    const kept = this.#keepsEscapes ? character : "";
    const next = this.#peek();
    if (next === undefined) return kept;
    if (next !== '"' && next !== "$" && next !== escape) return kept + character;
    this.#at += 1;
    return kept + next;
  }

  #quote(): string {
    const quote = this.#take() ?? "";
    return this.#options.keepsQuotes === true ? quote : "";
  }

  #variable(): string {
    this.#at += 1;
    if (this.#peek() !== "{") {
      const name = this.#name();
      if (name === "") return "$";
      return this.#valueOf(name) ?? (this.#options.keepsUnset === true ? `$${name}` : "");
    }
    this.#at += 1;
    const next = this.#peek();
    if (next === undefined) throw new DockerfileError("syntax error: missing '}'");
    if (next === "{" || next === "}" || next === ":") throw new DockerfileError("syntax error: bad substitution");
    return this.#braced(this.#name());
  }

  #braced(name: string): string {
    const operator = this.#take();
    if (operator === undefined) throw new DockerfileError("syntax error: missing '}'");
    if (operator === "}") {
      return this.#valueOf(name) ?? (this.#options.keepsUnset === true ? `\${${name}}` : "");
    }
    if (operator === "/") return this.#replaced(name);
    const isColon = operator === ":";
    const modifier = isColon ? (this.#take() ?? "") : operator;
    const isPattern = modifier === "#" || modifier === "%";
    const written = isColon ? `:${modifier}` : modifier;
    if (!"+-?#%".includes(modifier) || modifier === "" || (isColon && isPattern)) {
      throw new DockerfileError(`unsupported modifier (${written}) in substitution`);
    }
    const { text: word } = this.#untilEnd("}", isPattern, "syntax error: missing '}'");
    const value = this.#valueOf(name);
    if (this.#options.keepsUnset === true && value === undefined) return `\${${name}${written}${word}}`;
    return modified({ name, value, modifier, word, isEmptyUnset: isColon });
  }

  #replaced(name: string): string {
    const isGlobal = this.#peek() === "/";
    if (isGlobal) this.#at += 1;
    const { text: pattern } = this.#untilEnd("/", true, "syntax error: missing '/' in ${}");
    const { text: replacement } = this.#untilEnd("}", true, "syntax error: missing '}'");
    const value = this.#valueOf(name);
    if (this.#options.keepsUnset === true && value === undefined) return `\${${name}/${pattern}/${replacement}}`;
    return replacePattern(value ?? "", pattern, { replacement, isGlobal });
  }

  #untilEnd(end: string, keepsEscapes: boolean, missing: string): { readonly text: string } {
    try {
      return this.#readUntil(end, keepsEscapes);
    } catch (error) {
      if (this.#peek() === undefined && error instanceof DockerfileError) throw new DockerfileError(missing);
      throw error;
    }
  }

  /** Letters, digits and underscores; a number, or one of the shell's special parameters. */
  #name(): string {
    const rest = this.#characters.slice(this.#at).join("");
    const [name = ""] = /^(?:\p{Nd}+|[@*#?\-$!]|[\p{L}_][\p{L}\p{Nd}_]*)/u.exec(rest) ?? [];
    this.#at += [...name].length;
    return name;
  }

  #valueOf(name: string): string | undefined {
    const value = this.#variables.get(name);
    if (value === undefined) this.#unset.add(name);
    return value;
  }

  #peek(): string | undefined {
    return this.#characters[this.#at];
  }

  #take(): string | undefined {
    const next = this.#characters[this.#at];
    this.#at += 1;
    return next;
  }
}

interface Modification {
  readonly name: string;
  readonly value: string | undefined;
  readonly modifier: string;
  readonly word: string;
  /** With a colon an empty value counts as none. */
  readonly isEmptyUnset: boolean;
}

function modified({ name, value, modifier, word, isEmptyUnset }: Modification): string {
  const isMissing = value === undefined || (isEmptyUnset && value === "");
  switch (modifier) {
    case "-":
      return isMissing ? word : value;
    case "+":
      return isMissing ? "" : word;
    case "?":
      if (!isMissing) return value;
      throw new DockerfileError(
        `${name}: ${word || `is not allowed to be ${value === undefined ? "unset" : "empty"}`}`,
      );
    default: {
      const isLongest = word.startsWith(modifier);
      const pattern = isLongest ? word.slice(1) : word;
      return modifier === "#"
        ? trimPrefix(value ?? "", pattern, isLongest)
        : trimSuffix(value ?? "", pattern, isLongest);
    }
  }
}

function isBlank(character: string): boolean {
  return /^[\s\u0085]$/u.test(character) && character !== "\uFEFF";
}
