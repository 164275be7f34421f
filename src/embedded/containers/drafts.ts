/** A container that is being made: what it is to use is not taken away before it is there. */
export interface Draft {
  readonly id: string;
  readonly image: { readonly id: string; readonly lowerDirs: readonly string[] };
  /** Names of volumes. */
  readonly volumes: Set<string>;
}

/** Those that are being made now. */
export class Drafts {
  readonly #drafts = new Set<Draft>();

  all(): readonly Draft[] {
    return [...this.#drafts];
  }

  /** Ends when it is disposed of: by then the container is in the register, or will never be. */
  begin(draft: Draft): Disposable {
    this.#drafts.add(draft);
    return { [Symbol.dispose]: () => void this.#drafts.delete(draft) };
  }
}
