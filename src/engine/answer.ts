import type { Duplex, Readable } from "node:stream";
import type { ProgressLine } from "../docker-api/image.ts";
import { EngineError } from "../errors.ts";
import { endingQuietly } from "./attachment.ts";
import { jsonLines } from "./json-lines.ts";
import { engineError, Refusal } from "./refusal.ts";

/** An answer as the wire types promise it, or the refusal with what we were doing. */
export async function told<T>(doing: string, answer: Promise<unknown>): Promise<T> {
  try {
    return (await answer) as T;
  } catch (cause) {
    throw engineError(doing, cause);
  }
}

/** The same for a thing that need not exist. */
export async function toldOrMissing<T>(doing: string, answer: Promise<unknown>): Promise<T | undefined> {
  try {
    return (await answer) as T;
  } catch (cause) {
    if (cause instanceof Refusal && cause.status === 404) return undefined;
    throw engineError(doing, cause);
  }
}

/** The lines of a pull or a build; a line that tells of an error is thrown. */
export async function* progressOf(
  doing: string,
  answer: () => Promise<NodeJS.ReadableStream>,
  signal: AbortSignal | undefined,
): AsyncIterable<ProgressLine> {
  yield* endingQuietly(doing, linesOf(doing, answer), signal);
}

async function* linesOf(doing: string, answer: () => Promise<NodeJS.ReadableStream>): AsyncIterable<ProgressLine> {
  for await (const line of jsonLines<ProgressLine>(bytesOf(await answer()))) {
    if (line.error !== undefined) throw failedOperation(doing, line);
    yield line;
  }
}

/** The stream's own type has no element type. */
export function bytesOf(stream: NodeJS.ReadableStream): AsyncIterable<Uint8Array> {
  return stream as Readable;
}

/** A connection that dockerode hands on; its type says less than it is. */
export function connectionOf(stream: NodeJS.ReadWriteStream): Duplex {
  return stream as Duplex;
}

/** The engine did as asked, and what it did went wrong: a command of a build, a layer of a pull. */
function failedOperation(doing: string, { error = "", errorDetail }: ProgressLine): EngineError {
  const cause = new Refusal(500, errorDetail?.message ?? error);
  const { message, hint } = engineError(doing, cause);
  return new EngineError({ code: "operation-failed", doing, message, cause, ...(hint === undefined ? {} : { hint }) });
}
