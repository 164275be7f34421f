import type { Duplex } from "node:stream";
import type { Attachment, OutputChunk } from "./engine.ts";
import { framedOutput, rawOutput } from "./output.ts";
import { engineError } from "./refusal.ts";

/** Joins the streams that an engine handed over as one connection. */
export function attachmentOver(
  connection: Duplex,
  { doing, tty, signal }: { readonly doing: string; readonly tty: boolean; readonly signal?: AbortSignal | undefined },
): Attachment {
  return {
    output: endingQuietly(doing, tty ? rawOutput(connection) : framedOutput(connection), signal),
    write: (bytes) =>
      new Promise((resolve, reject) => {
        connection.write(bytes, (cause) => (cause ? reject(engineError(doing, cause)) : resolve()));
      }),
    endInput: () => void connection.end(),
    async [Symbol.asyncDispose]() {
      connection.destroy();
    },
  };
}

/** A stream whose end by `signal` is no mistake, and whose mistakes say what we were doing. */
export async function* endingQuietly<T>(
  doing: string,
  source: AsyncIterable<T>,
  signal: AbortSignal | undefined,
): AsyncIterable<T> {
  try {
    yield* source;
  } catch (cause) {
    if (signal?.aborted !== true) throw engineError(doing, cause);
  }
}

/** An attachment to something that runs on its own: nothing to read, nobody to write to. */
export const detached: Attachment = {
  output: (async function* (): AsyncIterable<OutputChunk> {})(),
  write: async () => {},
  endInput: () => {},
  async [Symbol.asyncDispose]() {},
};
