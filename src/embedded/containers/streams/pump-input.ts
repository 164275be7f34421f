import type { Readable, Writable } from "node:stream";
import { DetachWatch } from "./detach-keys.ts";

/** How input gets from a client to a program. */
export interface InputOptions {
  /** The sequence that ends it without the program noticing. */
  readonly detachKeys?: Uint8Array | undefined;
  /** Ends it when the program has ended. */
  readonly signal: AbortSignal;
}

/**
 * Passes on what a client sends until it ends, at the speed at which it is read. Tells how it ended: `ended` by the
 * client's half-close, `detached` by its keys, `gone` when nobody reads any more.
 */
export async function pumpInput(
  from: Readable,
  to: Writable,
  { detachKeys, signal }: InputOptions,
): Promise<"ended" | "detached" | "gone"> {
  const watch = detachKeys === undefined ? undefined : new DetachWatch(detachKeys);
  // A program need not read its input to the end.
  to.on("error", () => {});
  for await (const chunk of chunksOf(from, signal)) {
    const { passed, isDetached } = watch?.take(chunk) ?? { passed: chunk, isDetached: false };
    if (to.destroyed) return "gone";
    if (passed.length > 0 && !to.write(passed)) await settled(to, ["drain", "close", "error"], signal);
    if (isDetached) return "detached";
  }
  return signal.aborted || to.destroyed ? "gone" : "ended";
}

/** Not by the stream's own iterator, which destroys what it reads: the other direction goes on. */
async function* chunksOf(from: Readable, signal: AbortSignal): AsyncGenerator<Buffer> {
  while (!signal.aborted) {
    const chunk = from.read() as Buffer | null;
    if (chunk !== null) yield chunk;
    else if (from.readableEnded || from.destroyed) return;
    else await settled(from, ["readable", "end", "close", "error"], signal);
  }
}

/** Resolves with the first of these events, or when the signal fires. */
function settled(stream: Readable | Writable, events: readonly string[], signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const done = (): void => resolve();
  for (const event of events) stream.once(event, done);
  signal.addEventListener("abort", done, { once: true });
  if (signal.aborted || stream.destroyed) done();
  return promise.finally(() => {
    signal.removeEventListener("abort", done);
    for (const event of events) stream.off(event, done);
  });
}
