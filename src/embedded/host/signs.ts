import { type FSWatcher, mkdirSync, readdirSync, readFileSync, statSync, watch } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";

/**
 * A folder in which monitors leave signs: small files whose appearance is the message. One watch serves them all, and
 * what was left while nobody watched is still there.
 */
export class Signs implements Disposable {
  readonly #folder: string;
  readonly #watcher: FSWatcher;
  readonly #waiting = new Map<string, (text: string) => void>();

  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.#watcher = watch(folder, (_, name) => {
      if (name !== null && this.#waiting.has(name)) this.#look(name);
    });
    // The containers are what keeps an engine busy, not the way it hears of them.
    this.#watcher.unref();
  }

  /** Calls back once with the sign's text, without line end, as soon as it is there; returns an end of the waiting. */
  await(name: string, found: (text: string) => void): () => void {
    this.#waiting.set(name, found);
    this.#look(name);
    return () => void this.#waiting.delete(name);
  }

  /** The text of a sign; `undefined` when it is not there, or only half written. */
  read(name: string): string | undefined {
    try {
      const text = readFileSync(join(this.#folder, name), "latin1");
      return text.endsWith("\n") || /^\d+$/.test(text) ? text.trim() : undefined;
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
      throw error;
    }
  }

  /** When a sign was left, in milliseconds since 1970; infinitely late when it is not there. */
  leftAtMs(name: string): number {
    return statSync(join(this.#folder, name), { throwIfNoEntry: false })?.mtimeMs ?? Infinity;
  }

  /** Names of all signs. */
  names(): readonly string[] {
    return readdirSync(this.#folder);
  }

  /** Takes a sign away. */
  async remove(name: string): Promise<void> {
    await rm(join(this.#folder, name), { force: true });
  }

  [Symbol.dispose](): void {
    this.#watcher.close();
  }

  #look(name: string): void {
    const text = this.read(name);
    const found = this.#waiting.get(name);
    if (text === undefined || found === undefined) return;
    this.#waiting.delete(name);
    found(text);
  }
}
