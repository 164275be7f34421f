import { setTimeout as delay } from "node:timers/promises";
import { RegistryError } from "./registry-error.ts";

/** Waits; rejects when the signal is aborted. Tests need not. */
export type Pause = (ms: number, signal: AbortSignal) => Promise<void>;

export const pauseFor: Pause = (ms, signal) => delay(ms, undefined, { signal });

const mostTries = 4;
const firstPauseMs = 500;
/** A registry that wants to be left alone for longer gets its wish: the user is told instead. */
const longestPauseMs = 60_000;

/** Tries again, ever later, what may go better: 0.5, 1 and 2 s, or as long as the registry says. */
export async function withRetries<Result>(
  attempt: () => Promise<Result>,
  { pause, signal }: { readonly pause: Pause; readonly signal: AbortSignal },
): Promise<Result> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await attempt();
    } catch (error) {
      signal.throwIfAborted();
      await pauseAfter(error, tried, { pause, signal });
    }
  }
}

/** Waits as the n-th failure in a row deserves. Throws the failure when it is of no use to go on. */
export async function pauseAfter(
  error: unknown,
  failures: number,
  { pause, signal }: { readonly pause: Pause; readonly signal: AbortSignal },
): Promise<void> {
  if (!(error instanceof RegistryError) || !error.isPassing || failures >= mostTries) throw error;
  const wantedMs = error.waitMs ?? 0;
  if (wantedMs > longestPauseMs) throw error;
  await pause(Math.max(wantedMs, firstPauseMs * 2 ** (failures - 1)), signal);
}
