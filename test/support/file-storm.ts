import { chmod, lstat, mkdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { seededRandom } from "./seeded-random.ts";

/** Random operations on the files of a folder: the same ones for the same seed. */
export class FileStorm {
  readonly #folder: string;
  readonly #random: () => number;

  constructor(folder: string, seed: number) {
    this.#folder = folder;
    this.#random = seededRandom(seed);
  }

  /** Does so many operations, as fast as it can, and now and then many files at once. */
  async blow(operations: number): Promise<void> {
    for (let count = 0; count < operations; count++) await this.#operate();
  }

  async #operate(): Promise<void> {
    const [path, other] = [this.#path(), this.#path()];
    const kind = Math.floor(this.#random() * 20);
    // What cannot be done to what happens to be there is not done: the next operation follows.
    await this.#do(kind, path, other).catch((error: unknown) => {
      if (!expected.has((error as NodeJS.ErrnoException).code ?? "")) throw error;
    });
  }

  async #do(kind: number, path: string, other: string): Promise<void> {
    if (kind < 8) return this.#write(path);
    if (kind < 10) return rename(path, other);
    if (kind < 12) return rm(path, { recursive: true, force: true });
    if (kind < 13) return void (await mkdir(path, { recursive: true }));
    if (kind < 15) return this.#saveLikeAnEditor(path);
    if (kind < 17) return this.#chmod(path);
    if (kind < 19) return symlink(this.#name(), path);
    for (let index = 0; index < 20; index++) await this.#write(join(path, `burst-${index}`));
  }

  async #write(path: string): Promise<void> {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, "x".repeat(Math.floor(this.#random() * 2000)) + this.#random());
  }

  async #saveLikeAnEditor(path: string): Promise<void> {
    await this.#write(`${path}.saving`);
    await rename(`${path}.saving`, path);
  }

  /** Never so that the folder cannot be read any more. */
  async #chmod(path: string): Promise<void> {
    const stats = await lstat(path);
    if (stats.isSymbolicLink()) return;
    const modes = stats.isDirectory() ? [0o755, 0o700, 0o775] : [0o644, 0o600, 0o755, 0o444];
    await chmod(path, modes[Math.floor(this.#random() * modes.length)] ?? 0o644);
  }

  #path(): string {
    const depth = 1 + Math.floor(this.#random() * 3);
    return join(this.#folder, ...Array.from({ length: depth }, () => this.#name()));
  }

  #name(): string {
    return "abcdefgh"[Math.floor(this.#random() * 8)] ?? "a";
  }
}

/** What the file system answers to an operation that makes no sense where it was asked. */
const expected: ReadonlySet<string> = new Set([
  "ENOENT",
  "ENOTDIR",
  "EISDIR",
  "EEXIST",
  "ENOTEMPTY",
  "EINVAL",
  "ELOOP",
]);
