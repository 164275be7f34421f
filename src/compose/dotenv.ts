import type { Report } from "./diagnostic.ts";
import { explainProblem } from "./interpolate.ts";
import type { Location } from "./source.ts";
import { substitute } from "./template.ts";

/** What an environment file is read with. */
export interface DotenvOptions {
  /** Name of the file, for messages. */
  readonly file: string;
  /** Variables known before: `$NAME` and bare names are looked up here first, then in what was read so far. */
  readonly lookup: (name: string) => string | undefined;
  readonly report: Report;
  /** Told of every line that gives a variable a value. */
  readonly onAssign?: ((name: string, assignment: Assignment) => void) | undefined;
}

/** What a line of an environment file gave a variable. */
export interface Assignment {
  readonly value: string;
  readonly at: Location;
}

/** Variables in the order in which they were first assigned. */
export type Variables = Map<string, string>;

/** Reads the dialect of `.env` files (quotes, escapes, `export`, comments, `$VARIABLES`) into `variables`. */
export function readDotenv(text: string, variables: Variables, options: DotenvOptions): void {
  new DotenvReader(text.replace(/^\uFEFF/, ""), variables, options).read();
}

/** Reads the raw format, as `docker run --env-file`: each line is taken literally, a bare name is looked up. */
export function readRawEnv(text: string, variables: Variables, { file, lookup, report }: DotenvOptions): void {
  for (const [index, line] of text
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .entries()) {
    const entry = line.trimStart();
    if (entry === "" || entry.startsWith("#")) continue;
    const separator = entry.indexOf("=");
    const name = separator < 0 ? entry : entry.slice(0, separator);
    if (name === "" || /\s/.test(name)) {
      const at = { file, line: index + 1, column: line.length - entry.length + 1 };
      const found = name === "" ? "no variable name" : `variable "${name}" contains white spaces`;
      report({ severity: "error", code: "invalid-env-file", at, message: `${found} in line "${entry}"` });
      continue;
    }
    const value = separator < 0 ? lookup(name) : entry.slice(separator + 1);
    if (value !== undefined) variables.set(name, value);
  }
}

// Go's unicode.IsSpace, with and without the line end.
const space = /[\t\v\f\r \u0085\u00A0]/;
const keyForm = /[\p{L}\p{N}_.\-[\]]/u;
const escapes: Readonly<Record<string, string>> = {
  a: "\u0007",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  '"': '"',
  "\\": "\\",
};

class DotenvReader {
  readonly #text: string;
  readonly #variables: Variables;
  readonly #options: DotenvOptions;
  #at = 0;
  #line = 1;
  #lineStart = 0;
  #key = "";
  #hasFailed = false;
  readonly #unsetTold = new Set<string>();

  constructor(text: string, variables: Variables, options: DotenvOptions) {
    this.#text = text;
    this.#variables = variables;
    this.#options = options;
  }

  /** Ends at the first mistake of form: what follows an open quote says nothing. */
  read(): void {
    while (this.#skipToStatement() && !this.#hasFailed) this.#readStatement();
  }

  #readStatement(): void {
    const start = this.#at;
    const key = this.#readKey();
    if (key === undefined) return;
    if (key.name.includes(" ")) return this.#fail(start, `key cannot contain a space, got "${key.name}"`);
    if (key.isBare) {
      const inherited = this.#lookup(key.name);
      if (inherited !== undefined) this.#assign(key.name, inherited, start);
      return;
    }
    this.#key = key.name;
    const value = this.#readValue();
    if (value !== undefined) this.#assign(key.name, value, start);
  }

  #assign(name: string, value: string, start: number): void {
    this.#variables.set(name, value);
    this.#options.onAssign?.(name, { value, at: this.#place(start) });
  }

  #skipToStatement(): boolean {
    for (;;) {
      while (this.#at < this.#text.length && isWhite(this.#text[this.#at])) this.#at += 1;
      if (this.#text[this.#at] !== "#") return this.#at < this.#text.length;
      this.#at = this.#lineEnd();
    }
  }

  /** A key alone on its line is inherited from the environment. */
  #readKey(): { readonly name: string; readonly isBare: boolean } | undefined {
    const prefix = /export[\t\v\f\r\n ]+/y;
    prefix.lastIndex = this.#at;
    if (prefix.test(this.#text)) this.#skipSpaces("export".length);
    const start = this.#at;
    for (let at = start; at < this.#text.length; at += 1) {
      const character = String.fromCodePoint(this.#text.codePointAt(at) ?? 0);
      if (character === "=" || character === ":" || character === "\n") {
        this.#at = at;
        this.#skipSpaces(1);
        return { name: this.#text.slice(start, at).trimEnd(), isBare: character === "\n" };
      }
      if (!space.test(character) && !keyForm.test(character)) {
        this.#fail(at, `unexpected character "${character}" in variable name "${this.#lineFrom(start)}"`);
        return undefined;
      }
      at += character.length - 1;
    }
    this.#at = this.#text.length;
    return { name: this.#text.slice(start).trimEnd(), isBare: true };
  }

  #readValue(): string | undefined {
    const quote = this.#text[this.#at];
    if (quote === '"' || quote === "'") return this.#readQuoted(quote);
    const start = this.#at;
    const end = this.#lineEnd();
    this.#at = end + 1;
    const line = this.#text.slice(start, end);
    const comment = line.indexOf(" #");
    return this.#expand((comment < 0 ? line : line.slice(0, comment)).trimEnd(), start);
  }

  #readQuoted(quote: string): string | undefined {
    const start = this.#at;
    let value = "";
    for (let at = start + 1; at < this.#text.length; at += 1) {
      const character = this.#text[at] ?? "";
      if (character === quote) {
        this.#at = at + 1;
        return quote === '"' ? this.#expand(unescape(value), start) : value;
      }
      if (character !== "\\") {
        value += character;
        continue;
      }
      at += 1;
      const escaped = this.#text[at] ?? "";
      value += escaped === quote ? quote : `\\${escaped}`;
    }
    this.#fail(start, `unterminated quoted value ${this.#lineFrom(start)}`);
    return undefined;
  }

  #expand(value: string, start: number): string {
    return substitute(value, {
      lookup: (name) => this.#lookup(name),
      onUnset: (name) => {
        const { report } = this.#options;
        if (this.#unsetTold.has(name)) return;
        this.#unsetTold.add(name);
        const message = `${this.#key}: variable ${name} is not set, using an empty text`;
        report({ severity: "warning", code: "unset-variable", at: this.#place(start), message });
      },
      onProblem: (problem) => {
        this.#hasFailed = true;
        const at = this.#place(Math.max(this.#text.indexOf(problem.fragment, start), start));
        this.#options.report({ severity: "error", at, ...explainProblem(problem, this.#key) });
      },
    });
  }

  #lookup(name: string): string | undefined {
    return this.#options.lookup(name) ?? this.#variables.get(name);
  }

  #skipSpaces(from: number): void {
    this.#at += from;
    while (this.#at < this.#text.length && space.test(this.#text[this.#at] ?? "")) this.#at += 1;
  }

  #lineEnd(): number {
    const end = this.#text.indexOf("\n", this.#at);
    return end < 0 ? this.#text.length : end;
  }

  #lineFrom(start: number): string {
    return this.#text.slice(start).split("\n", 1)[0] ?? "";
  }

  #fail(offset: number, message: string): void {
    this.#hasFailed = true;
    const { report } = this.#options;
    report({ severity: "error", code: "invalid-env-file", at: this.#place(offset), message });
  }

  #place(offset: number): Location {
    // Asked for in about the order of the file, so that lines are counted once.
    if (offset < this.#lineStart) [this.#line, this.#lineStart] = [1, 0];
    let end = this.#text.indexOf("\n", this.#lineStart);
    while (end >= 0 && end < offset) {
      this.#line += 1;
      this.#lineStart = end + 1;
      end = this.#text.indexOf("\n", this.#lineStart);
    }
    return { file: this.#options.file, line: this.#line, column: offset - this.#lineStart + 1 };
  }
}

function isWhite(character: string | undefined): boolean {
  return character !== undefined && /\s/.test(character);
}

/** `\$` becomes `$$`, so that the substitution that follows leaves a plain `$`. */
function unescape(value: string): string {
  return value.replaceAll(/\\(?:([abcfnrtv$"\\])|0(\d{0,3}))/g, (match, letter: string | undefined, octal: string) => {
    if (letter === "$") return "$$";
    if (letter !== undefined) return escapes[letter] ?? match;
    // The reference drops the 0 of an octal escape before it finds that it is none.
    return /^[0-3][0-7]{2}$/.test(octal) ? String.fromCharCode(Number.parseInt(octal, 8)) : `\\${octal}`;
  });
}
