import type { BuildEvent } from "./build.ts";

/** Events of a build in their order, for one reader. */
export class EventQueue {
  #events: BuildEvent[] = [];
  #wake: () => void = () => {};
  #hasEnded = false;

  push(event: BuildEvent): void {
    this.#events.push(event);
    this.#wake();
  }

  end(): void {
    this.#hasEnded = true;
    this.#wake();
  }

  /** All that has come since the last time, as soon as there is something. */
  async *batches(): AsyncGenerator<readonly BuildEvent[]> {
    for (;;) {
      const events = this.#events;
      this.#events = [];
      if (events.length > 0) yield events;
      if (this.#events.length > 0) continue;
      if (this.#hasEnded) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      await promise;
    }
  }
}
