import { existsSync, statSync } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { parseJsonLine, type LogEntry, type OutputStream } from "./json-line.ts";
import { nthPath, type LogFile } from "./log-file.ts";

/** Which lines are wanted. */
export interface LogRange {
  readonly streams: ReadonlySet<OutputStream>;
  /** So many of the last lines. */
  readonly tail?: number;
  /** RFC 3339 in UTC with nanoseconds; both inclusive. */
  readonly since?: string;
  readonly until?: string;
}

/** How a log is read. */
export interface LogReading {
  /** The log while it is written to. */
  readonly live?: LogFile | undefined;
  /** Whether to go on with what is written later; by default with every live log. */
  readonly isFollowing?: boolean;
  readonly signal: AbortSignal;
}

/** A place in a log behind which nothing is wanted. */
interface LogEnd {
  readonly turn: number;
  readonly bytes: number;
}

const chunkBytes = 128 * 1024;

/**
 * Reads a container's log, a batch of entries at a time, oldest first. A live one is followed until it is closed or the
 * signal fires; one that is not to be followed is read to where it is when this is called. A slow reader holds one batch; when files go faster than it reads, it goes on
 * with the oldest that is left.
 */
export async function* readLogs(
  path: string,
  range: LogRange,
  { live, isFollowing = live !== undefined, signal }: LogReading,
): AsyncGenerator<readonly LogEntry[]> {
  const end = live === undefined || isFollowing ? undefined : { turn: live.turn, bytes: live.bytes };
  const wanted = (entry: LogEntry): boolean => range.streams.has(entry.stream) && isWithin(entry.time, range);
  let place = await startOf(path, range, wanted, { live, end });
  try {
    while (place !== undefined && !signal.aborted) {
      const chunk: Chunk = await place.next();
      if (chunk.entries.length > 0) {
        const found = chunk.entries.filter(wanted);
        if (found.length > 0) yield found;
        if (isPast(chunk.entries.at(-1), range)) return;
      }
      if (!chunk.isEnd) continue;
      const next = await place.after(signal);
      if (next !== place) await place.close();
      place = next;
    }
  } finally {
    await place?.close();
  }
}

function isWithin(time: string, { since, until }: LogRange): boolean {
  return (since === undefined || time >= since) && (until === undefined || time <= until);
}

function isPast(entry: LogEntry | undefined, { until }: LogRange): boolean {
  return until !== undefined && entry !== undefined && entry.time > until;
}

/** The place from which on everything that is wanted comes. */
async function startOf(
  path: string,
  range: LogRange,
  wanted: (entry: LogEntry) => boolean,
  log: OpenLog,
): Promise<Place | undefined> {
  const { live, end } = log;
  const oldest = countFiles(path) - 1;
  // Turns are those of the log that is written to; without one, the current file is turn 0.
  const current = live?.turn ?? 0;
  if (range.tail === undefined) return openFrom(path, current - firstSince(path, oldest, range), log);
  let missing = range.tail;
  for (let nth = 0; nth <= oldest; nth += 1) {
    const file = await openOrNone(nthPath(path, nth));
    if (file === undefined) break;
    const found = await tailOffset(file, missing, {
      wanted,
      isLast: nth === 0,
      end: nth === 0 ? end?.bytes : undefined,
    });
    missing -= found.lines;
    if (missing > 0 && nth < oldest) await file.close();
    else return new Place(path, current - nth, { file, offset: found.offset, log });
  }
  return undefined;
}

function countFiles(path: string): number {
  let count = 0;
  while (existsSync(nthPath(path, count))) count += 1;
  return count;
}

/** Files that were last written to before `since` are not read. */
function firstSince(path: string, oldest: number, { since }: LogRange): number {
  if (since === undefined) return oldest;
  const sinceMs = Date.parse(since);
  for (let nth = oldest; nth > 0; nth -= 1) {
    const status = statSync(nthPath(path, nth), { throwIfNoEntry: false });
    if (status !== undefined && status.mtimeMs >= sinceMs) return nth;
  }
  return 0;
}

/** Opens the file of a turn, or the next later one that is still there. */
async function openFrom(path: string, turn: number, log: OpenLog): Promise<Place | undefined> {
  const { live } = log;
  for (let wanted = turn; wanted <= (live?.turn ?? 0); wanted += 1) {
    const file = await openOrNone(live?.pathOf(wanted) ?? nthPath(path, -wanted));
    if (file !== undefined) return new Place(path, wanted, { file, offset: 0, log });
  }
  return undefined;
}

async function openOrNone(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, "r");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

interface Chunk {
  readonly entries: readonly LogEntry[];
  /** Nothing more is in this file for now. */
  readonly isEnd: boolean;
}

interface OpenLog {
  readonly live: LogFile | undefined;
  readonly end: LogEnd | undefined;
}

/** Where a reader is: in the file of a turn. */
class Place {
  readonly #path: string;
  readonly #turn: number;
  readonly #file: FileHandle;
  readonly #log: OpenLog;
  readonly #buffer = Buffer.allocUnsafe(chunkBytes);
  #offset: number;
  #rest: Buffer = Buffer.alloc(0);

  constructor(
    path: string,
    turn: number,
    { file, offset, log }: { readonly file: FileHandle; readonly offset: number; readonly log: OpenLog },
  ) {
    this.#path = path;
    this.#turn = turn;
    this.#file = file;
    this.#offset = offset;
    this.#log = log;
  }

  /** The whole lines of the next chunk. */
  async next(): Promise<Chunk> {
    const wanted = Math.min(chunkBytes, this.#bytesToEnd());
    const { bytesRead } = wanted <= 0 ? nothing : await this.#file.read(this.#buffer, 0, wanted, this.#offset);
    this.#offset += bytesRead;
    const bytes = Buffer.concat([this.#rest, this.#buffer.subarray(0, bytesRead)]);
    const end = bytes.lastIndexOf(0x0a) + 1;
    this.#rest = bytes.subarray(end);
    return { entries: entriesOf(bytes.subarray(0, end)), isEnd: bytesRead === 0 };
  }

  /** Where to read on at the end of the file: here when more was written, in the next file, or nowhere. */
  async after(signal: AbortSignal): Promise<Place | undefined> {
    const { live } = this.#log;
    if (this.#bytesToEnd() <= 0) return undefined;
    if (this.#turn < (live?.turn ?? 0)) {
      // Its end was seen before its turn was over: what came between is still unread.
      const { size } = await this.#file.stat();
      return size > this.#offset ? this : openFrom(this.#path, this.#turn + 1, this.#log);
    }
    if (live === undefined) return undefined;
    if (live.bytes > this.#offset) return this;
    if (live.isClosed) return undefined;
    await moreOf(live, signal);
    return this;
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  #bytesToEnd(): number {
    const { end } = this.#log;
    if (end === undefined || this.#turn < end.turn) return Infinity;
    return this.#turn === end.turn ? end.bytes - this.#offset : 0;
  }
}

const nothing = { bytesRead: 0 };

/** Waits for the next write. No await lies between looking and waiting: nothing can come between. */
function moreOf(live: LogFile, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const stopWaiting = live.onMore(resolve);
  signal.addEventListener("abort", () => resolve(), { once: true });
  if (signal.aborted) resolve();
  return promise.finally(stopWaiting);
}

function entriesOf(lines: Buffer): LogEntry[] {
  if (lines.length === 0) return [];
  const entries: LogEntry[] = [];
  for (const line of lines.toString("utf8").split("\n")) {
    const entry = line === "" ? undefined : parseJsonLine(line);
    if (entry !== undefined) entries.push(entry);
  }
  return entries;
}

/**
 * The offset of the last lines of a file, read from its end. An entry without newline is the beginning of a line, or
 * at the very end of the log an unfinished one.
 */
async function tailOffset(
  file: FileHandle,
  lines: number,
  {
    wanted,
    isLast,
    end: until,
  }: {
    readonly wanted: (entry: LogEntry) => boolean;
    readonly isLast: boolean;
    /** Where the file is taken to end. */
    readonly end: number | undefined;
  },
): Promise<{ readonly offset: number; readonly lines: number }> {
  const size = until ?? (await file.stat()).size;
  if (lines === 0) return { offset: size, lines: 0 };
  let [found, end, isFinal] = [0, size, isLast];
  while (end > 0) {
    const begin = await lineStartBefore(file, end);
    const bytes = Buffer.alloc(end - begin);
    await file.read(bytes, 0, bytes.length, begin);
    let lineEnd = bytes.length;
    while (lineEnd > 0) {
      const start = bytes.lastIndexOf(0x0a, lineEnd - 2) + 1;
      const entry = parseJsonLine(bytes.toString("utf8", start, lineEnd - 1));
      if (entry !== undefined && wanted(entry)) {
        if (entry.text.endsWith("\n") || isFinal) {
          if (found === lines) return { offset: begin + lineEnd, lines: found };
          found += 1;
        }
        isFinal = false;
      }
      lineEnd = start;
    }
    end = begin;
  }
  return { offset: 0, lines: found };
}

/** The start of a line about a chunk before a position; lines may be longer than a chunk. */
async function lineStartBefore(file: FileHandle, end: number): Promise<number> {
  for (let reach = chunkBytes; reach < end; reach *= 2) {
    const bytes = Buffer.alloc(reach);
    await file.read(bytes, 0, reach, end - reach);
    const newline = bytes.indexOf(0x0a);
    if (newline >= 0 && newline < reach - 1) return end - reach + newline + 1;
  }
  return 0;
}
