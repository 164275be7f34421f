import type { BuildEvent } from "./build.ts";

/** More output than anybody reads at once: what comes on top of it while nobody reads is left out, and that is told. */
const mostWaitingBytes = 16_777_216;
const clipped = "[output clipped: nobody has read the last 16 MiB]\n";

/** Events of a build in their order; each is for one reader. */
export class EventQueue {
  #events: BuildEvent[] = [];
  #waitingBytes = 0;
  readonly #clipped = new Set<string>();
  #readers: (() => void)[] = [];
  #hasEnded = false;

  push(event: BuildEvent): void {
    const kept = event.kind === "log" ? this.#fitting(event) : event;
    if (kept === undefined) return;
    this.#events.push(kept);
    this.#wake();
  }

  end(): void {
    this.#hasEnded = true;
    this.#wake();
  }

  /** All that has come since the last time, as soon as there is something. */
  async *batches(): AsyncGenerator<readonly BuildEvent[]> {
    for (;;) {
      const events = this.#take();
      if (events.length > 0) yield events;
      if (this.#events.length > 0) continue;
      if (this.#hasEnded) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#readers.push(resolve);
      await promise;
    }
  }

  #take(): readonly BuildEvent[] {
    const events = this.#events;
    this.#events = [];
    this.#waitingBytes = 0;
    this.#clipped.clear();
    return events;
  }

  #wake(): void {
    for (const wake of this.#readers.splice(0)) wake();
  }

  /** Output as far as there is room for it; once for each step what tells that there is more. */
  #fitting(event: Extract<BuildEvent, { readonly kind: "log" }>): BuildEvent | undefined {
    if (this.#waitingBytes < mostWaitingBytes) {
      this.#waitingBytes += event.bytes.length;
      return event;
    }
    if (this.#clipped.has(event.vertex)) return undefined;
    this.#clipped.add(event.vertex);
    return { ...event, bytes: Buffer.from(clipped) };
  }
}
