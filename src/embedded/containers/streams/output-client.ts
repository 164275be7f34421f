import type { Duplex } from "node:stream";
import type { OutputStream } from "../logs/json-line.ts";
import { frame } from "./framing.ts";

/** A client with more than this on the way holds up the container, as Docker does, rather than fill the memory. */
const mostWaitingBytes = 1024 * 1024;

/** Someone who gets what a program writes, as it writes it. */
export class OutputClient {
  readonly streams: ReadonlySet<OutputStream>;
  readonly #connection: Duplex;
  readonly #isFramed: boolean;
  readonly #onRelief: () => void;
  /** What came while the client is still told what was before. */
  #held: Buffer[] | undefined;
  #heldBytes = 0;
  #isEnding = false;

  constructor(
    connection: Duplex,
    {
      streams,
      isFramed,
      onRelief,
    }: { readonly streams: ReadonlySet<OutputStream>; readonly isFramed: boolean; readonly onRelief: () => void },
  ) {
    this.#connection = connection;
    this.streams = streams;
    this.#isFramed = isFramed;
    this.#onRelief = onRelief;
    connection.on("drain", () => this.#relieved());
    connection.on("close", () => this.#relieved());
    connection.on("error", () => {});
  }

  /** Whether it is better not to write more for now; `onRelief` is called when it is over. */
  get isCongested(): boolean {
    return !this.#connection.destroyed && this.#connection.writableLength + this.#heldBytes > mostWaitingBytes;
  }

  /** Passes bytes on; they may change once this returns. */
  write(stream: OutputStream, bytes: Uint8Array): void {
    if (this.#connection.destroyed || this.#isEnding || !this.streams.has(stream)) return;
    const own = this.#isFramed ? frame(stream, bytes) : Buffer.from(bytes);
    if (this.#held === undefined) this.#connection.write(own);
    else {
      this.#held.push(own);
      this.#heldBytes += own.length;
    }
  }

  /** Keeps what comes back until `before` has been told; then it follows. */
  async after(before: () => Promise<void>): Promise<void> {
    this.#held = [];
    try {
      await before();
    } finally {
      for (const bytes of this.#held) this.#connection.write(bytes);
      this.#held = undefined;
      this.#heldBytes = 0;
      if (this.#isEnding) this.#connection.end();
      this.#relieved();
    }
  }

  /** Nothing more comes. */
  end(): void {
    this.#isEnding = true;
    if (this.#held === undefined && !this.#connection.destroyed) this.#connection.end();
  }

  #relieved(): void {
    if (!this.isCongested) this.#onRelief();
  }
}
