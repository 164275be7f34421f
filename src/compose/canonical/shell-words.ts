/** What a line of words is split into; undefined when a quote, a bracket or an escape is left open. */
export function splitShellWords(line: string): readonly string[] | undefined {
  return new Splitter().split(line);
}

type Quote = '"' | "'" | "`" | "(";

/**
 * Splits the way docker compose does: no shell is involved, nothing is expanded, and an unquoted `;`, `&`, `|`, `<` or
 * `>` ends the command.
 */
class Splitter {
  readonly #words: string[] = [];
  readonly #open = new Set<Quote>();
  #word: string | undefined;
  #isEscaped = false;

  split(line: string): readonly string[] | undefined {
    for (const character of line) {
      if (this.#isEscaped) {
        this.#append(character);
        this.#isEscaped = false;
      } else if (character === "\\" && !this.#open.has("'")) this.#isEscaped = true;
      else if (/[ \t\r\n]/.test(character)) this.#space(character);
      else if (/[;&|<>]/.test(character) && this.#open.size === 0) {
        // A number just before `>` names a file descriptor, no argument.
        if (character === ">" && /^\d/.test(this.#word ?? "")) this.#word = undefined;
        break;
      } else if (!this.#take(character)) return undefined;
    }
    this.#end();
    return this.#isEscaped || this.#open.size > 0 ? undefined : this.#words;
  }

  #take(character: string): boolean {
    const has = (...quotes: readonly Quote[]): boolean => quotes.some((quote) => this.#open.has(quote));
    if (character === '"' && !has("'", "(")) return this.#quote(character);
    if (character === "'" && !has('"', "(")) return this.#quote(character);
    if (character === "`" && !has("'", '"', "(")) this.#toggle(character);
    if (character === ")" && !has("'", '"', "`")) this.#toggle("(");
    if (character === "(" && !has("'", '"', "`")) {
      if (has("(") || this.#word?.endsWith("$") !== true) return false;
      this.#open.add("(");
    }
    this.#append(character);
    return true;
  }

  /** A closed quote makes a word, even an empty one. */
  #quote(quote: '"' | "'"): true {
    if (this.#open.has(quote)) this.#append("");
    this.#toggle(quote);
    return true;
  }

  #toggle(quote: Quote): void {
    if (!this.#open.delete(quote)) this.#open.add(quote);
  }

  #space(character: string): void {
    if (this.#open.size > 0) this.#append(character);
    else this.#end();
  }

  #append(text: string): void {
    this.#word = (this.#word ?? "") + text;
  }

  #end(): void {
    if (this.#word !== undefined) this.#words.push(this.#word);
    this.#word = undefined;
  }
}
