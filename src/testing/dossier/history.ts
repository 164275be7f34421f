import type { ProgressEvent } from "../../events.ts";
import { systemClock } from "../../system/clock.ts";

/** More is of no help, and would only grow. */
const mostEvents = 10_000;

/** What a stack has been through, as far as this process has heard. */
export class StackHistory {
  /** Milliseconds since 1970. */
  readonly startedAtMs: number = systemClock.now();
  /** The file of tests that has the stack, where that can be known. */
  readonly testFile: string | undefined;
  readonly #events: ProgressEvent[] = [];

  constructor(testFile: string | undefined) {
    this.testFile = testFile;
  }

  get events(): readonly ProgressEvent[] {
    return this.#events;
  }

  hear(event: ProgressEvent): void {
    this.#events.push(event);
    if (this.#events.length > mostEvents) this.#events.shift();
  }
}
