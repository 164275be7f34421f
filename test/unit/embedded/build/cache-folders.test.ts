import { existsSync } from "node:fs";
import { chmod, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openCacheFolders } from "../../../../src/embedded/build/cache/cache-folders.ts";

const never = new AbortController().signal;
let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "tscompose-cache-folders-"));
});

afterEach(async () => {
  await chmod(root, 0o700);
  await rm(root, { recursive: true, force: true });
});

test("a folder stays as it is for who opens it while others are removed", async () => {
  const folders = await openCacheFolders(root);
  for (let index = 0; index < 20; index += 1) {
    await using folder = await folders.open(`${index}`, "shared", never);
    await writeFile(join(folder.path, "kept"), "");
  }
  const pruning = folders.prune();
  const opened = await Promise.all(Array.from({ length: 20 }, (_, index) => folders.open(`${index}`, "shared", never)));
  await pruning;
  for (const { path, isNew } of opened) {
    expect(existsSync(path)).toBe(true);
    // The old one with all that is in it, or a new one.
    expect(await readdir(path)).toEqual(isNew ? [] : ["kept"]);
  }
  for (const folder of opened) await folder[Symbol.asyncDispose]();
  await folders.prune();
  expect(await readdir(root)).toEqual([]);
});

test("what was being removed when the engine ended is removed at the next start", async () => {
  await writeFile(join(root, "half.gone"), "");
  await openCacheFolders(root);
  expect(await readdir(root)).toEqual([]);
});

test("a folder that cannot be made is refused, also to who wants it alone", async () => {
  const folders = await openCacheFolders(root);
  await rm(root, { recursive: true });
  await writeFile(root, "");
  await expect(folders.open("x", "shared", never)).rejects.toThrow(/ENOTDIR|EEXIST/);
  await expect(folders.open("x", "locked", never)).rejects.toThrow(/ENOTDIR|EEXIST/);
});

test("who leaves does not wait for a folder that another one has, nor holds it up for the next", async () => {
  const folders = await openCacheFolders(root);
  const [first, leaving] = [await folders.open("x", "locked", never), new AbortController()];
  const [left, next] = [folders.open("x", "locked", leaving.signal), folders.open("x", "locked", never)];
  leaving.abort(new Error("gone"));
  await expect(left).rejects.toThrow("gone");
  await first[Symbol.asyncDispose]();
  await using folder = await next;
  expect(folder).toMatchObject({ path: first.path, isNew: false });
});
