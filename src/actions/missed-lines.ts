import type { Engine, LogOptions, OutputChunk } from "../engine/engine.ts";
import { EngineError } from "../errors.ts";
import type { TimedLines } from "./timed-lines.ts";
import { wholeLines } from "./whole-lines.ts";

/** What was asked for when the log was followed, and what was handed on of it. */
export interface MissedOptions extends Omit<LogOptions, "follow"> {
  readonly timed: TimedLines;
}

/**
 * What a log that was followed did not show: engines may close it when its container ends, before the last lines were
 * sent (Docker 20.10 looks whether it is closed after it has looked how long it is). A log that is complete costs the
 * reading of one line. Lines that are known may come with those that were missed.
 */
export async function* missedLines(
  { id }: { readonly id: string },
  { timed, tail, ...options }: MissedOptions,
  engine: Engine,
): AsyncGenerator<OutputChunk> {
  // Of a log that was read from its end, and brought nothing, nobody knows where the end was.
  if (tail !== undefined && timed.latest === undefined) return;
  const since = timed.latest === undefined ? {} : { since: timed.latest };
  const range = { ...options, ...since, follow: false };
  try {
    for await (const line of wholeLines(engine.logs(id, { ...range, tail: 1 }))) {
      if (!timed.knows(line)) yield* wholeLines(engine.logs(id, range));
    }
  } catch (error) {
    if (!isGone(error)) throw error;
  }
}

/** A container that has ended may be removed at any time, with its log. */
function isGone(error: unknown): boolean {
  return error instanceof EngineError && (error.code === "not-found" || error.code === "conflict");
}
