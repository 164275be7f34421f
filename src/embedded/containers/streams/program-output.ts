import { StringDecoder } from "node:string_decoder";
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
    this.#log?.end();
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

/** Makes lines of bytes. A character or a line that the pipe's size has cut in two is put together again. */
class LogWriter {
  readonly #log: LogFile;
  readonly #now: () => string;
  readonly #onFault: (error: unknown) => void;
  readonly #decoders = { stdout: new StringDecoder("utf8"), stderr: new StringDecoder("utf8") };
  readonly #rests: Record<OutputStream, string> = { stdout: "", stderr: "" };
  #flushing: NodeJS.Immediate | undefined;

  constructor(
    log: LogFile,
    { now, onFault }: { readonly now: () => string; readonly onFault: (error: unknown) => void },
  ) {
    this.#log = log;
    this.#now = now;
    this.#onFault = onFault;
  }

  write(stream: OutputStream, bytes: Buffer, isFull: boolean): void {
    const text = this.#rests[stream] + this.#decoders[stream].write(bytes);
    const newline = isFull ? text.lastIndexOf("\n") + 1 : text.length;
    const end = text.length - newline > longestWait ? text.length : newline;
    this.#keep(end === text.length ? text : text.slice(0, end), stream);
    this.#rests[stream] = text.slice(end);
    // The pipe was full: the rest of the line is in it, and is read before this runs.
    if (end < text.length) this.#flushing ??= setImmediate(() => this.flush());
  }

  flush(): void {
    clearImmediate(this.#flushing);
    this.#flushing = undefined;
    for (const stream of ["stdout", "stderr"] as const) {
      this.#keep(this.#rests[stream], stream);
      this.#rests[stream] = "";
    }
  }

  end(): void {
    for (const stream of ["stdout", "stderr"] as const) this.#rests[stream] += this.#decoders[stream].end();
    this.flush();
  }

  #keep(text: string, stream: OutputStream): void {
    try {
      this.#log.write(text, stream, this.#now());
    } catch (error) {
      this.#onFault(error);
    }
  }
}
