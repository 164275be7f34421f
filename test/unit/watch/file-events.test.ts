import { rmSync, writeFileSync } from "node:fs";
import { lstat, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { watchFiles } from "../../../src/watch/file-events.ts";

test("what changes from a file to a folder and back is watched as what it is", async () => {
  const root = await mkdtemp(join(tmpdir(), "file-events-"));
  const path = join(root, "one");
  const told = new Told();
  {
    await using events = watchFiles([root], () => false, told);
    await events.ready;
    for (let round = 0; round < 3; round++) {
      await writeFile(path, "a file");
      await told.of(path);
      await rm(path);
      await mkdir(path);
      await told.ofFileIn(path);
      await rm(path, { recursive: true });
      await told.of(path);
    }
    expect(told.complaints).toEqual([]);
  }
  await rm(root, { recursive: true });
});

test("a folder that is gone is forgotten: whether what comes in its place is wanted is asked anew", async () => {
  const root = await mkdtemp(join(tmpdir(), "file-events-"));
  const folder = join(root, "folder");
  const told = new Told();
  const asked = new Set<string>();
  const ignores = (path: string): boolean => {
    asked.add(path);
    return false;
  };
  {
    await using events = watchFiles([root], ignores, told);
    await events.ready;
    await mkdir(folder);
    await told.ofFileIn(folder);
    await rm(folder, { recursive: true });
    asked.clear();
    // Gone again before anybody can look at what it was. Between the rounds, looks that were begun come to their end.
    for (let round = 0; round < 100 && !asked.has(folder); round++) {
      writeFileSync(folder, "");
      rmSync(folder);
      await told.of(folder);
      for (let looks = 0; looks < 20; looks++) await lstat(root);
    }
    expect(asked).toContain(folder);
  }
  await rm(root, { recursive: true });
});

/** What a watcher has told, and has not been waited for yet. */
class Told {
  readonly complaints: string[] = [];
  readonly #paths = new Set<string>();
  #wake: () => void = () => {};

  readonly changed = (path: string): void => {
    this.#paths.add(path);
    this.#wake();
  };

  readonly unreliable = ({ message }: { readonly message: string }): void => {
    this.complaints.push(message);
  };

  async of(path: string): Promise<void> {
    while (!this.#paths.has(path)) await new Promise<void>((resolve) => (this.#wake = resolve));
    this.#paths.clear();
  }

  /** A folder is watched a little later than it is there: until one of the files that are written to it is told of. */
  async ofFileIn(folder: string): Promise<void> {
    const isTold = (): boolean => [...this.#paths].some((path) => path.startsWith(`${folder}/`));
    for (let count = 0; count < 10_000 && !isTold(); count++) await writeFile(join(folder, String(count)), "");
    expect(isTold()).toBe(true);
    this.#paths.clear();
  }
}
