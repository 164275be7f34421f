import type { Emit, ProgressEvent } from "../events.ts";

/** How to end what runs: in good order, or at once. */
export interface StopOrKill {
  /** Stops by a plan, told through `emit`; breaks off when forced. */
  readonly stop: (emit: Emit) => Promise<void>;
  /** Kills what still runs, and answers with the names of the containers. */
  readonly kill: () => Promise<readonly string[]>;
  readonly forced: AbortSignal;
  readonly emit: Emit;
}

/** Stops; when forced, kills instead, and returns when that is done: nobody shall be left running unseen. */
export async function stopOrKill({ stop, kill, forced, emit }: StopOrKill): Promise<void> {
  const ends = new StopEnds(emit, forced);
  const stopping = stop(ends.emit);
  try {
    await Promise.race([stopping, fired(forced)]);
  } catch (error) {
    if (!forced.aborted) throw error;
  }
  if (!forced.aborted) return;
  const killed = await kill();
  // What was being stopped ends with its container; that the rest was broken off is no news.
  await stopping.catch(() => {});
  ends.tell(killed);
}

/** Resolves when a signal has fired. */
export function fired(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (signal.aborted) resolve();
  signal.addEventListener("abort", () => resolve(), { once: true });
  return promise;
}

type StopEnd = Extract<ProgressEvent, { readonly kind: "step-succeeded" | "step-failed" | "step-skipped" }>;

/** Holds back how stops ended after the force: only then is it known what was killed. */
class StopEnds {
  readonly #emit: Emit;
  readonly #forced: AbortSignal;
  readonly #held: StopEnd[] = [];

  constructor(emit: Emit, forced: AbortSignal) {
    this.#emit = emit;
    this.#forced = forced;
  }

  readonly emit: Emit = (event) => {
    if (this.#forced.aborted && isStopEnd(event)) this.#held.push(event);
    else this.#emit(event);
  };

  tell(killed: readonly string[]): void {
    for (const event of this.#held) {
      const { step } = event;
      this.#emit(killed.includes(step.name) ? { kind: "step-succeeded", step, text: "Killed" } : event);
    }
  }
}

function isStopEnd(event: ProgressEvent): event is StopEnd {
  if (event.kind !== "step-succeeded" && event.kind !== "step-failed" && event.kind !== "step-skipped") return false;
  return event.step.operation === "stop-container";
}
