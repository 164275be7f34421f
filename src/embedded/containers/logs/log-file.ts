import { closeSync, fstatSync, ftruncateSync, openSync, readSync, renameSync, rmSync, writeSync } from "node:fs";
import { encodeJsonLines, type OutputStream } from "./json-line.ts";
import type { LogOptions } from "./log-options.ts";

const newline = Buffer.from("\n");

/**
 * A container's log on disk, in files that take turns: `log` grows until it is full, then becomes `log.1`, that one
 * `log.2`, and the oldest goes. Writing is synchronous: what is in the log is known at every moment. Files are numbered
 * by their turn, so that who reads one finds the next.
 */
export class LogFile {
  readonly #path: string;
  readonly #options: LogOptions;
  #file: number;
  #bytes: number;
  #turn = 0;
  #isClosed = false;
  #isTorn = false;
  readonly #waiting = new Set<() => void>();

  /** Opens or makes it; what a power failure has cut off stays a line of its own. */
  constructor(path: string, options: LogOptions) {
    this.#path = path;
    this.#options = options;
    this.#file = openSync(path, "a+", 0o640);
    this.#bytes = fstatSync(this.#file).size;
    this.#isTorn = this.#bytes > 0 && !endsWithNewline(this.#file, this.#bytes);
  }

  /** Keeps what a stream brought under this time, all in one file. Throws when the disk is full. */
  write(bytes: Buffer, stream: OutputStream, time: string): void {
    if (this.#options.isOff || bytes.length === 0) return;
    this.makeRoom();
    this.#append(encodeJsonLines(bytes, stream, time));
    this.#wake();
  }

  /** Begins the next file when this one is full, as the next write would; answers whether it has. */
  makeRoom(): boolean {
    if (this.#bytes < this.#options.maxBytes) return false;
    this.#takeTurns();
    return true;
  }

  /** Takes back what the current file has beyond a size. */
  cutTo(bytes: number): void {
    ftruncateSync(this.#file, bytes);
    this.#bytes = bytes;
    this.#isTorn = false;
  }

  /** The number of the current file; the one before it is one less. */
  get turn(): number {
    return this.#turn;
  }

  /** The size of the current file. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether a file may ever have to make room. */
  get takesTurns(): boolean {
    return this.#options.maxBytes !== Infinity;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Where the file of a turn is now; it may have made room for others already. */
  pathOf(turn: number): string {
    return nthPath(this.#path, this.#turn - turn);
  }

  /** Calls once, when there is more to read or there never will be; returns the end of waiting. */
  onMore(listener: () => void): () => void {
    this.#waiting.add(listener);
    return () => this.#waiting.delete(listener);
  }

  /** Nothing will be written any more. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    closeSync(this.#file);
    this.#wake();
  }

  /** Throws when the disk is full. Half a line that got there stays one of its own. */
  #append(lines: Buffer): void {
    const bytes = this.#isTorn ? Buffer.concat([newline, lines]) : lines;
    let written = 0;
    try {
      while (written < bytes.length) written += writeSync(this.#file, bytes, written);
      this.#isTorn = false;
    } catch (error) {
      this.#isTorn ||= written > 0;
      throw error;
    } finally {
      this.#bytes += written;
    }
  }

  #takeTurns(): void {
    const { maxFiles } = this.#options;
    // Readers keep the file they have open.
    rmSync(nthPath(this.#path, maxFiles - 1), { force: true });
    for (let nth = maxFiles - 2; nth >= 0; nth -= 1) {
      renameIfThere(nthPath(this.#path, nth), nthPath(this.#path, nth + 1));
    }
    closeSync(this.#file);
    this.#file = openSync(this.#path, "a+", 0o640);
    this.#bytes = 0;
    this.#turn += 1;
  }

  #wake(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const listener of waiting) listener();
  }
}

/** `log`, `log.1`, `log.2`, … */
export function nthPath(path: string, nth: number): string {
  return nth === 0 ? path : `${path}.${nth}`;
}

function endsWithNewline(file: number, bytes: number): boolean {
  const last = Buffer.alloc(1);
  readSync(file, last, 0, 1, bytes - 1);
  return last[0] === 0x0a;
}

function renameIfThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
  }
}
