import { closeSync, fstatSync, openSync, readSync, renameSync, rmSync, writeSync } from "node:fs";
import { encodeJsonLines, type OutputStream } from "./json-line.ts";
import type { LogOptions } from "./log-options.ts";

const newline = Buffer.from("\n");
const pieceBytes = 8 * 1024;

/**
 * A container's log on disk, in files that take turns: `log` grows until it is full, then becomes `log.1`, that one
 * `log.2`, and the oldest goes. Writing is synchronous: what has been read from the container must not be lost with
 * the engine. Files are numbered by their turn, so that who reads one finds the next.
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

  /** Keeps what a stream brought under this time. Throws when the disk is full. */
  write(bytes: Buffer, stream: OutputStream, time: string): void {
    if (this.#options.isOff || bytes.length === 0) return;
    for (const piece of this.#pieces(bytes)) {
      if (this.#bytes >= this.#options.maxBytes) this.#takeTurns();
      this.#append(encodeJsonLines(piece, stream, time));
    }
    this.#wake();
  }

  /** The number of the current file; the one before it is one less. */
  get turn(): number {
    return this.#turn;
  }

  /** The size of the current file. */
  get bytes(): number {
    return this.#bytes;
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

  /** Small enough, where files take turns, that none grows far beyond its size. */
  *#pieces(bytes: Buffer): Iterable<Buffer> {
    const most = this.#options.maxBytes === Infinity ? bytes.length : pieceBytes;
    for (let start = 0; start < bytes.length;) {
      const lineEnd = start + most < bytes.length ? bytes.lastIndexOf(0x0a, start + most) + 1 : bytes.length;
      const end = lineEnd > start ? lineEnd : bytes.length;
      yield bytes.subarray(start, end);
      start = end;
    }
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
