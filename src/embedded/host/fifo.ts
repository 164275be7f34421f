import { constants, existsSync, openSync, readSync } from "node:fs";
import { Socket } from "node:net";
import type { Writable } from "node:stream";

/** What one read of a pipe gives at most: as much as a pipe holds. */
const chunkBytes = 64 * 1024;

/**
 * Reads a named pipe as soon as there is something in it. `onChunk` gets bytes that are its own only until it returns.
 */
export class FifoReader {
  readonly #file: number;
  readonly #socket: Socket;
  readonly #onChunk: (bytes: Buffer) => void;
  readonly #buffer = Buffer.allocUnsafeSlow(chunkBytes);
  #isClosed = false;

  /** Opens the pipe before it returns. Throws when there is none. */
  constructor(path: string, onChunk: (bytes: Buffer) => void) {
    this.#onChunk = onChunk;
    this.#file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const callback = (length: number): boolean => {
      this.#take(length);
      return true;
    };
    this.#socket = new Socket({
      fd: this.#file,
      readable: true,
      writable: false,
      onread: { buffer: this.#buffer, callback },
    });
    this.#socket.on("error", () => {});
    // Its last writer is gone: all was read, and the socket closes the file by itself.
    this.#socket.once("end", () => (this.#isClosed = true));
  }

  /** Leaves everything in the pipe until `resume`: its writers wait when it is full. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    if (!this.#isClosed) this.#socket.resume();
  }

  /** Reads what is in the pipe now. */
  drain(): void {
    while (!this.#isClosed) {
      const length = readOr0(this.#file, this.#buffer);
      if (length === 0) return;
      this.#take(length);
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#socket.destroy();
  }

  #take(length: number): void {
    this.#onChunk(this.#buffer.subarray(0, length));
  }
}

/** 0 when the pipe is empty, whether its writers are gone or not. */
function readOr0(file: number, buffer: Buffer): number {
  try {
    return readSync(file, buffer);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EAGAIN") return 0;
    throw error;
  }
}

/** Opens a named pipe that somebody reads, to write to. Throws ENXIO when nobody does. */
export function openFifoWriter(path: string): Writable {
  const file = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
  return new Socket({ fd: file, readable: false, writable: true });
}

/**
 * Tells once when no process has a named pipe open for writing: at once when there is none already. Returns the end of
 * the watch. Throws when there is no such pipe.
 */
export function watchWriters(path: string, onGone: () => void): () => void {
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const socket = new Socket({ fd: file, readable: true, writable: false });
  socket.on("error", () => {});
  socket.once("end", onGone);
  socket.resume();
  // What runs keeps an engine busy, not the way it hears of its end.
  socket.unref();
  return () => void socket.off("end", onGone).destroy();
}

/** Resolves when no process has a named pipe open for writing, or there is no such pipe. */
export async function writersGone(path: string): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (!existsSync(path)) return;
  const stop = watchWriters(path, resolve);
  await promise;
  stop();
}
