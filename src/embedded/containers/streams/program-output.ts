import { FifoReader } from "../../host/fifo.ts";
import type { OutputStream } from "../logs/json-line.ts";
import type { OutputClient } from "./output-client.ts";

/** Carries what a program writes to its two pipes to clients. A client that does not keep up makes the program wait. */
export class ProgramOutput {
  readonly #clients: ReadonlySet<OutputClient>;
  readonly #readers: readonly FifoReader[];
  #isPaused = false;

  /** Opens the pipes before it returns. */
  constructor(pipes: Readonly<Record<OutputStream, string>>, clients: ReadonlySet<OutputClient>) {
    this.#clients = clients;
    this.#readers = (["stdout", "stderr"] as const).map(
      (stream) => new FifoReader(pipes[stream], (bytes) => this.#take(stream, bytes)),
    );
  }

  /** Goes on reading when no client is behind any more. */
  relieve(): void {
    if (!this.#isPaused || this.#isAnyCongested()) return;
    this.#isPaused = false;
    for (const reader of this.#readers) reader.resume();
  }

  /** Leaves everything in the pipes until `relieve`. */
  hold(): void {
    this.#isPaused = true;
    for (const reader of this.#readers) reader.pause();
  }

  /** Lets go of the pipes and of what is in them. */
  discard(): void {
    for (const reader of this.#readers) reader.close();
  }

  /** Reads what is left in the pipes and lets go of them. */
  close(): void {
    for (const reader of this.#readers) reader.drain();
    this.discard();
  }

  #take(stream: OutputStream, bytes: Buffer): void {
    for (const client of this.#clients) client.write(stream, bytes);
    if (this.#isPaused || !this.#isAnyCongested()) return;
    this.hold();
  }

  #isAnyCongested(): boolean {
    return this.#clients.values().some(({ isCongested }) => isCongested);
  }
}
