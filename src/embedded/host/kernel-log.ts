import { closeSync, constants, openSync, readSync } from "node:fs";

/** A message of the kernel. */
export interface KernelMessage {
  /** Microseconds since boot. */
  readonly us: number;
  readonly text: string;
}

/** A record is no longer than this. */
const recordBytes = 8192;

/** The kernel's log, from its oldest message on. Empty where it may not be read. */
export class KernelLog implements Disposable {
  readonly #file: number | undefined;
  readonly #buffer = Buffer.alloc(recordBytes);

  constructor() {
    this.#file = openOrNone("/dev/kmsg");
  }

  /** Gives the messages that have come since the last time. */
  *news(): Generator<KernelMessage> {
    if (this.#file === undefined) return;
    for (;;) {
      const record = this.#next(this.#file);
      if (record === undefined) return;
      const [, us, text = ""] = /^\d+,\d+,(\d+),[^;]*;([^\n]*)/.exec(record) ?? [];
      if (us !== undefined) yield { us: Number(us), text };
    }
  }

  [Symbol.dispose](): void {
    if (this.#file !== undefined) closeSync(this.#file);
  }

  /** Every read gives one record; `undefined` when there is none for now. */
  #next(file: number): string | undefined {
    try {
      return this.#buffer.toString("utf8", 0, readSync(file, this.#buffer));
    } catch (error) {
      const code = error instanceof Error && "code" in error ? error.code : undefined;
      // The oldest were overwritten meanwhile; the next read gives the oldest that is left.
      if (code === "EPIPE") return "";
      if (code === "EAGAIN") return undefined;
      throw error;
    }
  }
}

function openOrNone(path: string): number | undefined {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
}
