import type { Io } from "./io.ts";

/** What keys mean beside an attached `up`. */
const keys = { interrupt: "\u0003", suspend: "\u001a", detach: "d", filter: "l", watch: "w", enter: "\r" } as const;

/** The line that tells people about the keys. */
export const menuLine =
  "Keys: d leaves the containers running, l shows one service after the other, w watches files or stops it, Ctrl-C stops\n";

/** What the menu needs of the world. */
export interface MenuOptions {
  readonly io: Pick<Io, "stdin">;
  /** Whose output can be shown alone, in order. */
  readonly services: readonly string[];
  /** Turns watching on or off. */
  readonly toggleWatch: () => void;
  /** Writes a line for the person who typed. */
  readonly tell: (text: string) => void;
  /** Sends this process a signal: what the terminal no longer does while single keys are read. */
  readonly signal: (signal: NodeJS.Signals) => void;
}

/** Reads single keys while containers write: from `open` until it is disposed. */
export class Menu implements Disposable {
  readonly #options: MenuOptions;
  readonly #leaving = new AbortController();
  readonly #onData = (data: Uint8Array | string): void => {
    for (const key of data.toString()) this.#press(key);
  };
  readonly #onContinue = (): void => this.#enterRawMode(true);
  #isOpen = false;
  /** The one service whose output is shown; absent: all. */
  #shown: string | undefined;

  constructor(options: MenuOptions) {
    this.#options = options;
  }

  /** Fires when the containers are to be left running. */
  get detached(): AbortSignal {
    return this.#leaving.signal;
  }

  /** Whether output of a service is to be shown now. */
  shows(service: string): boolean {
    return this.#shown === undefined || this.#shown === service;
  }

  /** Begins to read keys; not before all questions have been asked. */
  open(): void {
    if (this.#isOpen) return;
    this.#isOpen = true;
    this.#enterRawMode(true);
    this.#options.io.stdin.on("data", this.#onData).resume();
    process.on("SIGCONT", this.#onContinue);
    this.#options.tell(menuLine);
  }

  [Symbol.dispose](): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    process.off("SIGCONT", this.#onContinue);
    this.#options.io.stdin.off("data", this.#onData).pause();
    this.#enterRawMode(false);
  }

  #press(key: string): void {
    const { signal, tell, toggleWatch } = this.#options;
    if (key === keys.watch) toggleWatch();
    if (key === keys.interrupt) signal("SIGINT");
    if (key === keys.enter) tell("\n");
    if (key === keys.detach) this.#leaving.abort();
    if (key === keys.filter) this.#showNext();
    if (key !== keys.suspend) return;
    this.#enterRawMode(false);
    signal("SIGTSTP");
  }

  #showNext(): void {
    const { services, tell } = this.#options;
    this.#shown = services[this.#shown === undefined ? 0 : services.indexOf(this.#shown) + 1];
    tell(this.#shown === undefined ? "showing all services\n" : `showing ${this.#shown} only\n`);
  }

  #enterRawMode(isRaw: boolean): void {
    const { stdin } = this.#options.io;
    if (stdin.isTTY) stdin.setRawMode(isRaw);
  }
}
