import { constants, fstatSync, openSync, writeSync } from "node:fs";
import type { Output } from "./io.ts";

/**
 * Standard output or error. Files and pipes are written to straight away: for a stream, Node loads all it knows of
 * networks first, 10 ms of every command. Terminals, and pipes whose reader is slow, are written to as streams.
 */
export class StandardOutput implements Output {
  readonly #descriptor: 1 | 2;
  readonly #openStream: () => NodeJS.WriteStream;
  /** Undefined before it was looked for, and "none" once the stream took over. */
  #direct: number | "none" | undefined;

  constructor(descriptor: 1 | 2, openStream: () => NodeJS.WriteStream) {
    this.#descriptor = descriptor;
    this.#openStream = openStream;
  }

  get isTTY(): boolean {
    return this.#directly() === "none" && this.#openStream().isTTY;
  }

  get columns(): number | undefined {
    return this.#directly() === "none" ? this.#openStream().columns : undefined;
  }

  get rows(): number | undefined {
    return this.#directly() === "none" ? this.#openStream().rows : undefined;
  }

  write(data: string | Uint8Array): void {
    const direct = this.#directly();
    const rest = direct === "none" ? data : writeNow(direct, Buffer.from(data as string));
    if (rest.length === 0) return;
    // What is written later comes after what waits in the stream. Errors will be met there again, and told.
    this.#direct = "none";
    this.#openStream().write(rest);
  }

  #directly(): number | "none" {
    this.#direct ??= directDescriptor(this.#descriptor);
    return this.#direct;
  }
}

/** A descriptor that takes bytes without making the process wait, where there is one. */
function directDescriptor(descriptor: 1 | 2): number | "none" {
  const status = fstatSync(descriptor);
  if (status.isFile()) return descriptor;
  if (!status.isFIFO()) return "none";
  try {
    // Opened anew, since others who write to the same pipe expect to wait for its reader.
    return openSync(`/proc/self/fd/${descriptor}`, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch {
    return "none"; // no Linux, or the pipe of another user
  }
}

/** How long a reader may take to make room: a pipe holds 64 KiB, and who reads at all empties it in less. */
const patienceMs = 20;

/** Gives what there was no room for. */
function writeNow(descriptor: number, bytes: Uint8Array): Uint8Array {
  let rest = bytes;
  for (let waitedMs = 0; rest.length > 0 && waitedMs < patienceMs;) {
    try {
      rest = rest.subarray(writeSync(descriptor, rest));
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EAGAIN")) return rest;
      Atomics.wait(pause, 0, 0, 1);
      waitedMs += 1;
    }
  }
  return rest;
}

const pause = new Int32Array(new SharedArrayBuffer(4));
