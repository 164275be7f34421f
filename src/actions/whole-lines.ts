import type { OutputChunk } from "../engine/engine.ts";

const lineEnd = 0x0a;

/**
 * Turns pieces of output into pieces that end with a line: what several containers write can then be mixed without
 * cutting a line. Bytes are not looked at beyond that, so output of any encoding passes unharmed.
 */
export class WholeLines {
  readonly #begun: Record<OutputChunk["stream"], Uint8Array[]> = { stdout: [], stderr: [] };

  /** The whole lines that a piece completes; undefined when it ends none. */
  add({ stream, bytes }: OutputChunk): Uint8Array | undefined {
    const begun = this.#begun[stream];
    const end = bytes.lastIndexOf(lineEnd) + 1;
    if (end < bytes.length) this.#begun[stream] = end === 0 ? [...begun, bytes] : [bytes.subarray(end)];
    else this.#begun[stream] = [];
    if (end === 0) return undefined;
    const whole = end === bytes.length ? bytes : bytes.subarray(0, end);
    return begun.length === 0 ? whole : Buffer.concat([...begun, whole]);
  }

  /** What was begun and never ended, completed with a line end. */
  rest(): readonly OutputChunk[] {
    return (["stdout", "stderr"] as const)
      .filter((stream) => this.#begun[stream].length > 0)
      .map((stream) => ({ stream, bytes: Buffer.concat([...this.#begun[stream], Buffer.of(lineEnd)]) }));
  }
}

/** The same output in pieces that end with a line, the last one completed. */
export async function* wholeLines(output: AsyncIterable<OutputChunk>): AsyncGenerator<OutputChunk> {
  const lines = new WholeLines();
  for await (const { stream, bytes } of output) {
    const whole = lines.add({ stream, bytes });
    if (whole !== undefined) yield { stream, bytes: whole };
  }
  yield* lines.rest();
}
