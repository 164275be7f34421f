import { setImmediate as nextTurn } from "node:timers/promises";
import { isSamePlace, SpoolReader } from "../../host/spool.ts";
import { setSpoolerHeld, watchSpool } from "../../host/spooler.ts";
import type { OutputStream } from "../logs/json-line.ts";
import type { LogFile } from "../logs/log-file.ts";
import type { LogPlaceFile, LogProgress } from "../logs/log-place.ts";
import { endOfPiece } from "./end-of-piece.ts";
import type { OutputClient } from "./output-client.ts";

const streams = ["stdout", "stderr"] as const;
const shortNames: Readonly<Record<OutputStream, string>> = { stdout: "out", stderr: "err" };

/** So many files of a spooler may wait to be read before it is held, and so few before it is let go again. */
const mostBehind = 16;
const fewBehind = 4;
/** What is read at once, and who asks for the log waits for so many of it at most. */
const pieceBytes = 64 * 1024;
const mostPieces = 64;
/** Where log files take turns, none is to grow far beyond its size. */
const smallPieceBytes = 16 * 1024;

/** Where a container's output is on its way. */
export interface OutputPlaces {
  /** Where its spoolers keep what it wrote. */
  readonly spool: string;
  /** By stream, the named pipes that they read. */
  readonly pipes: Readonly<Record<OutputStream, string>>;
}

interface OutputParts {
  readonly log: LogFile;
  readonly progress: LogPlaceFile;
  readonly clients: ReadonlySet<OutputClient>;
  /** The time of a line. */
  readonly now: () => string;
  /** Told when the log cannot be written; the container goes on. */
  readonly onFault: (error: unknown) => void;
}

/**
 * Carries what a container's spoolers have kept to its log, then to clients. Whenever the engine ends, the next one goes
 * on behind the last byte that is in the log. A client that does not keep up holds up everything behind it, in the end
 * the container.
 */
export class ContainerOutput {
  readonly #pipes: OutputPlaces["pipes"];
  readonly #parts: OutputParts;
  readonly #readers: Readonly<Record<OutputStream, SpoolReader>>;
  readonly #held = new Set<OutputStream>();
  readonly #buffer: Buffer;
  readonly #stopWatching: () => void;
  #reading: NodeJS.Immediate | undefined;
  #isPaused = false;
  /** What comes later in the same places is another run's. */
  #isOver = false;

  /** Begins behind what is in the log as far as the progress tells; what the log has more is taken back. */
  constructor({ spool, pipes }: OutputPlaces, { logBytes, places }: LogProgress, parts: OutputParts) {
    this.#pipes = pipes;
    this.#parts = parts;
    this.#buffer = Buffer.allocUnsafeSlow(parts.log.takesTurns ? smallPieceBytes : pieceBytes);
    this.#readers = {
      stdout: new SpoolReader(spool, shortNames.stdout, places.stdout),
      stderr: new SpoolReader(spool, shortNames.stderr, places.stderr),
    };
    if (parts.log.bytes > logBytes && this.#canRepeat(places)) parts.log.cutTo(logBytes);
    this.#stopWatching = watchSpool(spool, () => this.#readSoon());
    // An engine that was behind may have held them before it ended.
    for (const stream of streams) setSpoolerHeld(pipes[stream], false);
    this.#save();
    this.#readSoon();
  }

  /** Goes on when no client is behind any more. */
  relieve(): void {
    if (this.#isOver || !this.#isPaused || this.#isAnyCongested()) return;
    this.#isPaused = false;
    this.#readSoon();
  }

  /** Puts what the container has written into its log now. */
  catchUp(): void {
    if (this.#isOver) return;
    for (let pieces = 0; pieces < mostPieces && !this.#isPaused && this.#readBoth(); pieces += 1);
  }

  /** The container and its spoolers have ended: puts the rest into the log, even half a character. */
  async finish(): Promise<void> {
    clearImmediate(this.#reading);
    this.#stopWatching();
    while (this.#readBoth({ isLast: true })) await nextTurn();
    this.#close();
  }

  /** Leaves everything to the next engine. */
  leave(): void {
    clearImmediate(this.#reading);
    this.#stopWatching();
    for (const stream of this.#held) setSpoolerHeld(this.#pipes[stream], false);
    this.#close();
  }

  #close(): void {
    this.#isOver = true;
    for (const stream of streams) this.#readers[stream].close();
    this.#parts.progress.close();
  }

  /** After a power failure the log may have what the spool has no more. */
  #canRepeat(places: LogProgress["places"]): boolean {
    return streams.some((stream) => {
      const reader = this.#readers[stream];
      return isSamePlace(reader.place, places[stream]) && reader.peek(this.#buffer) > 0;
    });
  }

  #readSoon(): void {
    this.#reading ??= setImmediate(() => {
      this.#reading = undefined;
      try {
        this.#readOn();
      } catch (error) {
        this.#parts.onFault(error);
      }
    });
  }

  #readOn(): void {
    const hasMore = !this.#isPaused && this.#readBoth();
    if (hasMore) this.#readSoon();
    if (hasMore || this.#isPaused || this.#held.size > 0) this.#regulate();
  }

  /** Carries a piece of each stream on; answers whether there may be more. */
  #readBoth({ isLast = false } = {}): boolean {
    const more = streams.map((stream) => this.#carry(stream, isLast));
    return more.includes(true);
  }

  #carry(stream: OutputStream, isLast: boolean): boolean {
    const reader = this.#readers[stream];
    const bytes = this.#buffer.subarray(0, reader.peek(this.#buffer));
    const end = endOfPiece(bytes) || (isLast ? bytes.length : 0);
    if (end === 0) return false;
    const piece = bytes.subarray(0, end);
    if (this.#parts.log.makeRoom()) this.#save();
    this.#keep(piece, stream);
    reader.take(end);
    this.#save();
    reader.sweep();
    for (const client of this.#parts.clients) client.write(stream, piece);
    this.#isPaused ||= this.#isAnyCongested();
    return isLast || end < bytes.length || bytes.length === this.#buffer.length;
  }

  #keep(piece: Buffer, stream: OutputStream): void {
    try {
      this.#parts.log.write(piece, stream, this.#parts.now());
    } catch (error) {
      this.#parts.onFault(error);
    }
  }

  #save(): void {
    const places = { stdout: this.#readers.stdout.place, stderr: this.#readers.stderr.place };
    try {
      this.#parts.progress.save({ logBytes: this.#parts.log.bytes, places });
    } catch (error) {
      this.#parts.onFault(error);
    }
  }

  /** Holds a spooler that is too far ahead, which would fill the disk; lets it go when it is caught up with. */
  #regulate(): void {
    for (const stream of streams) {
      const isHeld = this.#held.has(stream);
      const isToBeHeld = this.#readers[stream].filesBehind > (isHeld ? fewBehind : mostBehind);
      if (isHeld === isToBeHeld) continue;
      setSpoolerHeld(this.#pipes[stream], isToBeHeld);
      if (isToBeHeld) this.#held.add(stream);
      else this.#held.delete(stream);
    }
  }

  #isAnyCongested(): boolean {
    return this.#parts.clients.values().some(({ isCongested }) => isCongested);
  }
}
