import { closeSync, constants, openSync, readFileSync, writeSync } from "node:fs";
import type { SpoolPlace } from "../../host/spool.ts";
import type { OutputStream } from "./json-line.ts";

/** How far a container's output is in its log. */
export interface LogProgress {
  /** The size of the log's current file. */
  readonly logBytes: number;
  /** All before these places is in the log, and nothing behind them. */
  readonly places: Readonly<Record<OutputStream, SpoolPlace>>;
}

/** Every entry has the same length: it replaces the one before in a single write, which no end of a process cuts. */
const entryBytes = 160;
const shape = /^(\d+) (\d+)\.(\d+):(\d+) (\d+)\.(\d+):(\d+) *\n$/;

/**
 * Keeps the progress of a log in a file of its own. It is written after the log: what the log has more was written by an
 * engine that ended before it could say so, and is to be written again.
 */
export class LogPlaceFile {
  readonly #file: number;

  constructor(path: string) {
    // Nothing in it is lost before the next entry replaces it.
    this.#file = openSync(path, constants.O_WRONLY | constants.O_CREAT, 0o640);
  }

  /** Throws when the disk is full. */
  save({ logBytes, places }: LogProgress): void {
    const text = `${logBytes} ${placeText(places.stdout)} ${placeText(places.stderr)}`;
    writeSync(this.#file, `${text.padEnd(entryBytes - 1)}\n`, 0, "latin1");
  }

  close(): void {
    closeSync(this.#file);
  }
}

/** What was kept there; `undefined` when there is nothing. */
export function loadProgress(path: string): LogProgress | undefined {
  const numbers = shape.exec(textOf(path))?.slice(1).map(Number);
  if (numbers === undefined) return undefined;
  const [logBytes = 0] = numbers;
  return { logBytes, places: { stdout: placeOf(numbers.slice(1, 4)), stderr: placeOf(numbers.slice(4)) } };
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
    throw error;
  }
}

function placeText({ round, number, offset }: SpoolPlace): string {
  return `${round}.${number}:${offset}`;
}

function placeOf([round = 0, number = 0, offset = 0]: readonly number[]): SpoolPlace {
  return { round, number, offset };
}
