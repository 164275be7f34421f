import { FifoReader } from "../../host/fifo.ts";
import type { OutputStream } from "../logs/json-line.ts";
import type { LogFile } from "../logs/log-file.ts";
import type { OutputClient } from "./output-client.ts";

/** The end of a line that is longer is not waited for. */
const longestWait = 16 * 1024;

/**
 * Carries what a program writes to its two pipes to a log and to clients. The log is written before anything else is
 * done with what was read. A client that does not keep up makes the program wait.
 */
export class ProgramOutput {
  readonly #clients: ReadonlySet<OutputClient>;
  readonly #readers: readonly FifoReader[];
  readonly #log: LogWriter | undefined;
  #isPaused = false;

  /** Opens the pipes before it returns. `now` gives the time of a line. */
  constructor(
    pipes: Readonly<Record<OutputStream, string>>,
    {
      clients,
      log,
      onFault,
      now,
    }: {
      readonly clients: ReadonlySet<OutputClient>;
      readonly log?: LogFile | undefined;
      /** Told when the log cannot be written; the program goes on. */
      readonly onFault: (error: unknown) => void;
      readonly now: () => string;
    },
  ) {
    this.#clients = clients;
    this.#log = log === undefined ? undefined : new LogWriter(log, { now, onFault });
    this.#readers = (["stdout", "stderr"] as const).map(
      (stream) => new FifoReader(pipes[stream], (bytes, isFull) => this.#take(stream, bytes, isFull)),
    );
  }

  /** Goes on reading when no client is behind any more. */
  relieve(): void {
    if (!this.#isPaused || this.#isAnyCongested()) return;
    this.#isPaused = false;
    for (const reader of this.#readers) reader.resume();
  }

  /** Everything that was read is in the log from now on, even half a line. */
  flush(): void {
    this.#log?.flush();
  }

  /** Leaves everything in the pipes until `relieve`. */
  hold(): void {
    this.#isPaused = true;
    for (const reader of this.#readers) reader.pause();
  }

  /** Lets go of the pipes and of what is in them. */
  discard(): void {
    for (const reader of this.#readers) reader.close();
    this.#log?.flush();
  }

  /** Reads what is left in the pipes and lets go of them. */
  close(): void {
    for (const reader of this.#readers) reader.drain();
    this.discard();
  }

  #take(stream: OutputStream, bytes: Buffer, isFull: boolean): void {
    this.#log?.write(stream, bytes, isFull);
    if (this.#clients.size === 0) return;
    for (const client of this.#clients) client.write(stream, bytes);
    if (this.#isPaused || !this.#isAnyCongested()) return;
    this.hold();
  }

  #isAnyCongested(): boolean {
    return this.#clients.values().some(({ isCongested }) => isCongested);
  }
}

/** Puts characters and lines that the pipe's size has cut in two together again. */
class LogWriter {
  readonly #log: LogFile;
  readonly #now: () => string;
  readonly #onFault: (error: unknown) => void;
  readonly #rests = { stdout: nothing, stderr: nothing };
  #flushing: NodeJS.Immediate | undefined;

  constructor(
    log: LogFile,
    { now, onFault }: { readonly now: () => string; readonly onFault: (error: unknown) => void },
  ) {
    this.#log = log;
    this.#now = now;
    this.#onFault = onFault;
  }

  write(stream: OutputStream, chunk: Buffer, isFull: boolean): void {
    const rest = this.#rests[stream];
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const lineEnd = isFull ? bytes.lastIndexOf(newline) + 1 : 0;
    const isWaiting = isFull && bytes.length - lineEnd <= longestWait;
    const end = isWaiting ? lineEnd : wholeCharacters(bytes);
    this.#keep(bytes.subarray(0, end), stream);
    this.#rests[stream] = end < bytes.length ? Buffer.from(bytes.subarray(end)) : nothing;
    // The pipe was full: the rest of the line is in it, and is read before this runs.
    if (isWaiting && end < bytes.length) this.#flushing ??= setImmediate(() => this.flush());
  }

  flush(): void {
    clearImmediate(this.#flushing);
    this.#flushing = undefined;
    for (const stream of ["stdout", "stderr"] as const) {
      this.#keep(this.#rests[stream], stream);
      this.#rests[stream] = nothing;
    }
  }

  #keep(bytes: Buffer, stream: OutputStream): void {
    try {
      this.#log.write(bytes, stream, this.#now());
    } catch (error) {
      this.#onFault(error);
    }
  }
}

const nothing: Buffer = Buffer.alloc(0);
const newline = 0x0a;

/** The end of the last character that is there with all its bytes. */
function wholeCharacters(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return bytes.length;
    // The first byte of a character tells its length.
    if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}
