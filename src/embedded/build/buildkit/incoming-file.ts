import { type FileHandle, open } from "node:fs/promises";

/** Smaller files are written at once. */
const mostHeld = 1 << 20;

/** A file that comes in pieces. */
export class IncomingFile {
  readonly #path: string;
  readonly #permissions: number;
  readonly #times: readonly [accessed: number, modified: number];
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  #handle: FileHandle | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(path: string, permissions: number, times: readonly [accessed: number, modified: number]) {
    this.#path = path;
    this.#permissions = permissions;
    this.#times = times;
  }

  /** Takes a piece; what it gives resolves when there is room for more, `undefined` when there is. */
  add(piece: Uint8Array): Promise<void> | undefined {
    this.#held.push(piece);
    this.#heldBytes += piece.length;
    return this.#heldBytes < mostHeld ? undefined : this.#then(() => this.#flush());
  }

  /** Nothing more comes: writes what is left, and gives the file its permissions and times. */
  async end(): Promise<void> {
    try {
      await this.#then(async () => {
        await this.#flush();
        await this.#handle?.chmod(this.#permissions);
        await this.#handle?.utimes(...this.#times);
      });
    } finally {
      await this.close();
    }
  }

  /** Leaves the file as far as it has come. */
  async close(): Promise<void> {
    await this.#writing.catch(() => {}); // whoever asked for the writing hears of it
    await this.#handle?.close();
    this.#handle = undefined;
  }

  #then(work: () => Promise<void>): Promise<void> {
    this.#writing = this.#writing.then(work);
    return this.#writing;
  }

  async #flush(): Promise<void> {
    const pieces = this.#held;
    this.#held = [];
    this.#heldBytes = 0;
    this.#handle ??= await open(this.#path, "wx", 0o600);
    if (pieces.length > 0) await this.#handle.writev(pieces);
  }
}
