import type { SourceLocation } from "../build.ts";
import { DockerfileError } from "./dockerfile-error.ts";
import { heredocsOf } from "./heredocs.ts";
import { splitStatement } from "./split-statement.ts";
import type { Heredoc, Statement, Statements } from "./statement.ts";

const knownDirectives = ["syntax", "escape", "check"] as const;
const withHeredocs = new Set(["add", "copy", "run"]);
/** As Go's scanner of lines has it. */
const longestLine = 64 * 1024 - 1;

/**
 * Cuts a Dockerfile into its instructions. Throws a {@link DockerfileError} for one without any, a directive that is
 * written twice, and a here-document without end.
 */
export function readStatements(text: string): Statements {
  const reader = new Reader(text.replace(/^\uFEFF/, ""));
  return reader.read();
}

class Reader {
  /** With their ends. */
  readonly #lines: readonly string[];
  readonly #statements: Statement[] = [];
  readonly #emptyContinuations: SourceLocation[] = [];
  readonly #directives: Record<string, string> = {};
  #mayBeDirective = true;
  #escape = "\\";
  #at = 0;
  #comments: string[] = [];

  constructor(text: string) {
    this.#lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  }

  read(): Statements {
    while (this.#at < this.#lines.length) this.#next();
    if (this.#statements.length === 0) {
      throw new DockerfileError("file with no instructions", lines(this.#at, this.#at));
    }
    return {
      statements: this.#statements,
      directives: this.#directives,
      escape: this.#escape,
      emptyContinuations: this.#emptyContinuations,
    };
  }

  #next(): void {
    const written = this.#take();
    const firstLine = this.#at;
    const line = withoutEnd(written).trimStart();
    if (line.startsWith("#")) {
      if (!this.#directive(line, firstLine)) this.#comment(line);
      return;
    }
    this.#mayBeDirective = false;
    const { text, goesOn } = this.#continued(line);
    if (!goesOn && text === "") return;
    const whole = goesOn ? text + this.#continuation() : text;
    this.#statements.push(this.#statement(whole, firstLine));
    this.#comments = [];
  }

  #comment(line: string): void {
    this.#mayBeDirective = false;
    const text = line.slice(1).trim();
    if (text === "") this.#comments = [];
    else this.#comments.push(text);
  }

  #directive(line: string, number: number): boolean {
    if (!this.#mayBeDirective) return false;
    const [, word = "", value = ""] = /^#\s*([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(.+?)\s*$/.exec(line) ?? [];
    const name = word.toLowerCase();
    if (!knownDirectives.some((known) => known === name)) return false;
    const here = lines(number, number);
    if (Object.hasOwn(this.#directives, name)) {
      throw new DockerfileError(`only one ${name} parser directive can be used`, here);
    }
    this.#directives[name] = value;
    if (name !== "escape") return true;
    if (value !== "`" && value !== "\\") {
      throw new DockerfileError(`invalid escape token '${value}' does not match \` or \\`, here);
    }
    this.#escape = value;
    return true;
  }

  /** The lines that follow one which goes on; comments between them are left out, and so are empty lines. */
  #continuation(): string {
    let whole = "";
    let hasEmpty = false;
    while (this.#at < this.#lines.length) {
      const line = withoutEnd(this.#take());
      if (line.trimStart().startsWith("#")) continue;
      if (line.trim() === "") {
        hasEmpty = true;
        continue;
      }
      const { text, goesOn } = this.#continued(line);
      whole += text;
      if (!goesOn) break;
    }
    if (hasEmpty) this.#emptyContinuations.push(lines(this.#at, this.#at));
    return whole;
  }

  /** An escape at the end continues the line, unless another one stands in front of it. */
  #continued(line: string): { readonly text: string; readonly goesOn: boolean } {
    const trimmed = line.replace(/[ \t]+$/, "");
    const goesOn = trimmed.endsWith(this.#escape) && !trimmed.endsWith(this.#escape.repeat(2));
    return goesOn ? { text: trimmed.slice(0, -1), goesOn } : { text: line, goesOn };
  }

  #statement(original: string, firstLine: number): Statement {
    const split = splitStatement(original, this.#escape);
    // The lines of an ONBUILD's here-document belong to the instruction that it triggers.
    const word = split.word.toLowerCase() === "onbuild" ? (split.rest.split(/\s/, 1)[0] ?? "") : split.word;
    const mayHold = withHeredocs.has(word.toLowerCase()) && original.includes("<<");
    const heredocs = mayHold ? this.#heredocs(original, firstLine) : [];
    return { ...split, original, heredocs, location: lines(firstLine, this.#at), comments: this.#comments };
  }

  #heredocs(original: string, firstLine: number): Heredoc[] {
    return heredocsOf(original).map((heredoc) => {
      let content = "";
      while (this.#at < this.#lines.length) {
        const line = this.#take();
        const end = line.replace(/[\r\n]+$/, "");
        if ((heredoc.isChomped ? end.replace(/^\t+/, "") : end) === heredoc.name) return { ...heredoc, content };
        content += line;
      }
      throw new DockerfileError(`unterminated heredoc: there is no line ${heredoc.name}`, lines(firstLine, this.#at));
    });
  }

  #take(): string {
    const line = this.#lines[this.#at] ?? "";
    this.#at += 1;
    if (Buffer.byteLength(line) > longestLine) {
      throw new DockerfileError(
        `dockerfile line greater than max allowed size of ${longestLine}`,
        lines(this.#at, this.#at),
      );
    }
    return line;
  }
}

function withoutEnd(line: string): string {
  return line.replace(/[\r\n]+$/, "");
}

function lines(firstLine: number, lastLine: number): SourceLocation {
  return { firstLine, lastLine };
}
