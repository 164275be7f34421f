import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { keepNewest } from "../../../src/testing/dossier/keep-newest.ts";

test("of a folder only the newest is kept, whatever its name", async () => {
  const folder = await mkdtemp(join(tmpdir(), "keep-newest-"));
  try {
    for (const [name, day] of Object.entries({ a: 4, b: 1, c: 3, d: 2 })) {
      await mkdir(join(folder, name));
      await writeFile(join(folder, name, "logs.txt"), name);
      await utimes(join(folder, name), day * 86_400, day * 86_400);
    }
    await Promise.all([keepNewest(folder, 2), keepNewest(folder, 2)]);
    expect((await readdir(folder)).toSorted()).toEqual(["a", "c"]);
    await keepNewest(folder, 2);
    expect((await readdir(folder)).toSorted()).toEqual(["a", "c"]);
  } finally {
    await rm(folder, { recursive: true });
  }
});
