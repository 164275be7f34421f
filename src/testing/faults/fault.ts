/** Something that was done to a stack, and is undone at the end of its scope. */
export class Fault implements AsyncDisposable {
  readonly #undo: () => Promise<void>;
  #healing: Promise<void> | undefined;

  constructor(undo: () => Promise<void>) {
    this.#undo = undo;
  }

  /** Undoes it, and resolves when all is as it was before; the second time it does nothing. */
  heal(): Promise<void> {
    this.#healing ??= this.#undo();
    return this.#healing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.heal();
  }
}
