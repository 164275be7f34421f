import type { OutputChunk } from "./engine.ts";
import { Refusal } from "./refusal.ts";

const headerBytes = 8;
const streamOfType: Readonly<Record<number, OutputChunk["stream"]>> = { 0: "stdout", 1: "stdout", 2: "stderr" };
/** The engine speaks of trouble of its own, such as a broken log file. */
const engineTrouble = 3;

/** Output of a terminal: one stream, nothing to tell apart. */
export async function* rawOutput(source: AsyncIterable<Uint8Array>): AsyncIterable<OutputChunk> {
  for await (const bytes of source) yield { stream: "stdout", bytes };
}

/** Tells stdout and stderr apart: frames of an 8-byte header (type, three zeros, length as big-endian) and a payload. */
export async function* framedOutput(source: AsyncIterable<Uint8Array>): AsyncIterable<OutputChunk> {
  const frames = new FrameReader();
  for await (const bytes of source) yield* frames.read(bytes);
}

/**
 * Output of which nobody said whether it is framed: API 1.41 does not tell for logs. A terminal that begins with a
 * frame's header would have to print control characters that mean nothing to it.
 */
export async function* guessedOutput(source: AsyncIterable<Uint8Array>): AsyncIterable<OutputChunk> {
  let frames: FrameReader | undefined;
  let isFirst = true;
  for await (const bytes of source) {
    if (isFirst && looksFramed(bytes)) frames = new FrameReader();
    isFirst = false;
    if (frames === undefined) yield { stream: "stdout", bytes };
    else yield* frames.read(bytes);
  }
}

function looksFramed(bytes: Uint8Array): boolean {
  const [type = 255, ...zeros] = bytes.subarray(0, 4);
  return type <= engineTrouble && zeros.every((byte) => byte === 0);
}

/** Cuts frames wherever the network cut them, and joins neighbours of one stream: fewer, larger chunks are faster. */
class FrameReader {
  readonly #header = Buffer.alloc(headerBytes);
  #headerFilled = 0;
  #payloadLeft = 0;

  read(bytes: Uint8Array): OutputChunk[] {
    const chunks: OutputChunk[] = [];
    let run: Uint8Array[] = [];
    let runType = -1;
    const endRun = (): void => {
      if (run.length > 0) chunks.push(chunkOf(runType, run));
      run = [];
    };
    for (let at = 0; at < bytes.length;) {
      if (this.#payloadLeft === 0) {
        at += this.#fillHeader(bytes, at);
        continue;
      }
      const type = this.#header[0] ?? 0;
      if (type !== runType) endRun();
      runType = type;
      const end = Math.min(at + this.#payloadLeft, bytes.length);
      run.push(bytes.subarray(at, end));
      this.#payloadLeft -= end - at;
      at = end;
    }
    endRun();
    return chunks;
  }

  /** Takes what belongs to the header, and says how many bytes that was. */
  #fillHeader(bytes: Uint8Array, at: number): number {
    const taken = Math.min(headerBytes - this.#headerFilled, bytes.length - at);
    this.#header.set(bytes.subarray(at, at + taken), this.#headerFilled);
    this.#headerFilled += taken;
    if (this.#headerFilled === headerBytes) {
      this.#payloadLeft = this.#header.readUInt32BE(4);
      this.#headerFilled = 0;
    }
    return taken;
  }
}

function chunkOf(type: number, run: readonly Uint8Array[]): OutputChunk {
  const bytes = run.length === 1 && run[0] !== undefined ? run[0] : Buffer.concat(run);
  const stream = streamOfType[type];
  if (stream !== undefined) return { stream, bytes };
  throw new Refusal(
    500,
    type === engineTrouble ? Buffer.from(bytes).toString().trim() : `unknown stream ${type} in output`,
  );
}
