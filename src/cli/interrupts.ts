import { exitCode } from "./exit-code.ts";
import type { Io } from "./io.ts";

/**
 * Ctrl-C, counted. The first asks for an orderly end. The second ends the process, unless a command has something better
 * to do with it (attached `up` kills containers); the one after that always does.
 */
export class Interrupts implements Disposable {
  readonly #orderly = new AbortController();
  readonly #forced = new AbortController();
  readonly #io: Io;
  readonly #listening: Disposable;
  #isForceTaken = false;

  constructor(io: Io) {
    this.#io = io;
    this.#listening = io.onInterrupt(() => this.#count());
  }

  /** Fires at the first Ctrl-C. */
  get signal(): AbortSignal {
    return this.#orderly.signal;
  }

  /** Takes over the second Ctrl-C: fires then, and the process goes on. */
  takeForce(): AbortSignal {
    this.#isForceTaken = true;
    return this.#forced.signal;
  }

  [Symbol.dispose](): void {
    this.#listening[Symbol.dispose]();
  }

  #count(): void {
    if (!this.#orderly.signal.aborted) return this.#orderly.abort();
    if (this.#isForceTaken && !this.#forced.signal.aborted) return this.#forced.abort();
    this.#io.abandon(exitCode.interrupted);
  }
}
