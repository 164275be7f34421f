/** What turning watching on and off needs. */
export interface WatchSwitchOptions {
  /** Watches until the signal fires; throws when it cannot. */
  readonly watch: (signal: AbortSignal) => Promise<void>;
  /** Why watching ended that nobody has turned off. */
  readonly failed: (error: unknown) => void;
  /** Writes a line for the person who typed. */
  readonly tell: (text: string) => void;
}

/** Watching that somebody can turn off and on again while containers run. */
export class WatchSwitch implements AsyncDisposable {
  readonly #options: WatchSwitchOptions;
  #watching: { readonly off: AbortController; readonly over: Promise<void> } | undefined;

  constructor(options: WatchSwitchOptions) {
    this.#options = options;
  }

  /** Watches until somebody turns it off; throws when it cannot. */
  async turnOn(): Promise<void> {
    const off = new AbortController();
    const over = this.#options.watch(off.signal);
    this.#watching = { off, over };
    try {
      await over;
    } finally {
      if (this.#watching?.off === off) this.#watching = undefined;
    }
  }

  toggle(): void {
    const { failed, tell } = this.#options;
    if (this.#watching === undefined) {
      this.turnOn().catch(failed);
      return;
    }
    this.#watching.off.abort();
    this.#watching = undefined;
    tell("watching no longer\n");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { off, over } = this.#watching ?? {};
    off?.abort();
    // Whoever turned it on hears what became of it.
    await over?.catch(() => {});
  }
}
