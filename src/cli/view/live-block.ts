import type { Output } from "../io.ts";

const hideCursor = "\u001b[?25l";
const showCursor = "\u001b[?25h";
const clearBelow = "\u001b[0J";

/** Lines at the bottom of a terminal that are redrawn in place, while everything else is printed above them. */
export class LiveBlock {
  readonly #terminal: Output;
  #lines: readonly string[] = [];
  #above: { readonly output: Output; readonly text: string | Uint8Array }[] = [];
  #flushing: NodeJS.Immediate | undefined;

  constructor(terminal: Output) {
    this.#terminal = terminal;
  }

  /** Replaces the block. Lines must fit the terminal's width: a wrapped line cannot be taken back. */
  draw(lines: readonly string[]): void {
    const lead = this.#lines.length === 0 ? hideCursor : this.#takeBack();
    this.#lines = lines;
    this.#terminal.write(`${lead}${clearBelow}${this.#text()}`);
  }

  /** Prints whole lines above the block; a burst is printed at once, so that the block does not flicker. */
  printAbove(output: Output, text: string | Uint8Array): void {
    if (this.#lines.length === 0) return output.write(text);
    this.#above.push({ output, text });
    this.#flushing ??= setImmediate(() => this.#flush());
  }

  /** Leaves the block where it is; what follows is printed below. */
  freeze(): void {
    this.#flush();
    if (this.#lines.length > 0) this.#terminal.write(showCursor);
    this.#lines = [];
  }

  #flush(): void {
    clearImmediate(this.#flushing);
    this.#flushing = undefined;
    if (this.#above.length === 0) return;
    this.#terminal.write(`${this.#takeBack()}${clearBelow}`);
    for (const { output, text } of this.#above) output.write(text);
    this.#above = [];
    this.#terminal.write(this.#text());
  }

  #takeBack(): string {
    return this.#lines.length === 0 ? "" : `\r\u001b[${this.#lines.length}A`;
  }

  #text(): string {
    return this.#lines.map((line) => `${line}\n`).join("");
  }
}
