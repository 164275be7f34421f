import { closeSync, openSync, readdirSync, readSync, rmSync } from "node:fs";
import { join } from "node:path";

/** A file of a spooler's: they are numbered, and anew in each round; a round ends early when the disk is full. */
interface SpoolFileName {
  readonly round: number;
  readonly number: number;
}

/** A place in what a spooler keeps of a stream: so many bytes into one of its files. */
export interface SpoolPlace extends SpoolFileName {
  readonly offset: number;
}

/** Where every stream begins. */
export const spoolStart: SpoolPlace = { round: 0, number: 0, offset: 0 };

interface SpoolFile extends SpoolFileName {
  readonly path: string;
  readonly file: number;
  /** Its final size, once there is a next one. */
  bytes?: number;
}

/** Reads what a spooler keeps of one stream, `NAME.ROUND.NUMBER` in its folder, while it goes on. */
export class SpoolReader {
  readonly #folder: string;
  readonly #name: string;
  /** The first one has the place. */
  readonly #files: SpoolFile[] = [];
  readonly #spent: string[];
  #place: SpoolPlace;

  /** Begins at a place; where its file is not there any more, with the oldest that is. */
  constructor(folder: string, name: string, place: SpoolPlace) {
    this.#folder = folder;
    this.#name = name;
    const names = this.#names();
    const [first = place] = names.filter((each) => order(each, place) >= 0);
    this.#place = order(first, place) === 0 ? place : { ...first, offset: 0 };
    this.#spent = names.filter((each) => order(each, place) < 0).map((each) => this.#pathOf(each));
  }

  /** What lies before it has been taken. */
  get place(): SpoolPlace {
    return this.#place;
  }

  /** Fills the buffer with what follows the place; answers how much of it was there. */
  peek(buffer: Buffer): number {
    let filled = 0;
    for (let index = 0; filled < buffer.length; index += 1) {
      const current = this.#files[index] ?? this.#open(this.#place);
      if (current === undefined) break;
      const start = index === 0 ? this.#place.offset : 0;
      const first = readUpTo(current.file, buffer.subarray(filled), start);
      filled += first;
      if (index < this.#files.length - 1) continue;
      const next = this.#after(current);
      if (next === undefined) break;
      // It is final now: what came between the two looks is the last of it.
      const rest = readUpTo(current.file, buffer.subarray(filled), start + first);
      filled += rest;
      if (filled === buffer.length) break;
      current.bytes = start + first + rest;
      this.#open(next);
    }
    return filled;
  }

  /** Moves the place on, by no more than was seen. */
  take(bytes: number): void {
    let offset = this.#place.offset + bytes;
    for (let [first] = this.#files; first?.bytes !== undefined && offset >= first.bytes; [first] = this.#files) {
      offset -= first.bytes;
      closeSync(first.file);
      this.#spent.push(first.path);
      this.#files.shift();
    }
    const { round, number } = this.#files[0] ?? this.#place;
    this.#place = { round, number, offset };
  }

  /** Removes the files that lie before the place: only when the place is kept, for there is no way back. */
  sweep(): void {
    for (const path of this.#spent.splice(0)) rmSync(path, { force: true });
  }

  /** So many files lie before the one that is written to. */
  get filesBehind(): number {
    return this.#names().filter((each) => order(each, this.#place) > 0).length;
  }

  close(): void {
    for (const { file } of this.#files.splice(0)) closeSync(file);
  }

  #open({ round, number }: SpoolFileName): SpoolFile | undefined {
    const path = this.#pathOf({ round, number });
    const file = openOrNone(path);
    if (file === undefined) return undefined;
    const opened = { round, number, path, file };
    this.#files.push(opened);
    return opened;
  }

  #after(file: SpoolFileName): SpoolFileName | undefined {
    return this.#names().find((each) => order(each, file) > 0);
  }

  /** All that are there, the oldest first. */
  #names(): readonly SpoolFileName[] {
    return readdirSync(this.#folder)
      .flatMap((entry) => {
        const [name, round, number] = entry.split(".");
        return name === this.#name ? [{ round: Number(round), number: Number(number) }] : [];
      })
      .toSorted(order);
  }

  #pathOf({ round, number }: SpoolFileName): string {
    return join(this.#folder, spoolFileName(this.#name, { round, number }));
  }
}

/** Whether two places are one. */
export function isSamePlace(one: SpoolPlace, other: SpoolPlace): boolean {
  return order(one, other) === 0 && one.offset === other.offset;
}

/** How large a file becomes, and how many digits its number has: enough for 900 TB. */
export const spoolFileBytes: number = 1024 * 1024;
export const spoolDigits = 9;

/** How split(1) names its files when it is told so. */
function spoolFileName(name: string, { round, number }: SpoolFileName): string {
  return `${name}.${round}.${String(number).padStart(spoolDigits, "0")}`;
}

function order(one: SpoolFileName, other: SpoolFileName): number {
  return one.round - other.round || one.number - other.number;
}

function readUpTo(file: number, buffer: Buffer, offset: number): number {
  let filled = 0;
  while (filled < buffer.length) {
    const bytes = readSync(file, buffer, filled, buffer.length - filled, offset + filled);
    if (bytes === 0) break;
    filled += bytes;
  }
  return filled;
}

function openOrNone(path: string): number | undefined {
  try {
    return openSync(path, "r");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
