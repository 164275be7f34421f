import {
  mkdirSync,
  mkdtempDisposableSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { keptFolder } from "../../../../src/actions/remote/kept-folder.ts";

const [first, second] = ["a".repeat(40), "b".repeat(40)];
const day = 24 * 60 * 60;

function cacheFolder(): { readonly path: string; readonly place: Parameters<typeof keptFolder>[1] } & Disposable {
  const folder = mkdtempDisposableSync(join(tmpdir(), "tscompose-cache-"));
  const place = { environment: { XDG_CACHE_HOME: folder.path }, homeDirectory: "/nowhere" };
  return { path: join(folder.path, "tscompose/git"), place, [Symbol.dispose]: () => folder.remove() };
}

async function fill(folder: string): Promise<void> {
  mkdirSync(join(folder, "apps"));
  writeFileSync(join(folder, "apps/compose.yaml"), "whole");
}

test("a folder is filled once, by whoever is first, for its owner only", async () => {
  using cache = cacheFolder();
  const folders = await Promise.all([1, 2, 3].map(() => keptFolder(["git", first], cache.place, fill)));
  expect(new Set(folders)).toEqual(new Set([join(cache.path, first)]));
  expect(readdirSync(cache.path)).toEqual([first]);
  expect(readFileSync(join(cache.path, first, "apps/compose.yaml"), "utf8")).toBe("whole");
  expect(statSync(join(cache.path, first)).mode & 0o777).toBe(0o700);
  const never = (): Promise<never> => Promise.reject(new Error("filled again"));
  expect(await keptFolder(["git", first], cache.place, never)).toBe(join(cache.path, first));
});

test("a folder that cannot be filled leaves nothing", async () => {
  using cache = cacheFolder();
  const failing = async (folder: string): Promise<void> => {
    await fill(folder);
    throw new Error("no more");
  };
  await expect(keptFolder(["git", first], cache.place, failing)).rejects.toThrow("no more");
  expect(readdirSync(cache.path)).toEqual([]);
});

test("what was killed while it was filled is removed after a day; what is kept, and what is being filled, is not", async () => {
  using cache = cacheFolder();
  const [abandoned, recent] = [`${second}.0123456789ab`, `${second}.ba9876543210`];
  for (const name of [first, abandoned, recent])
    await fill(mkdirSync(join(cache.path, name), { recursive: true }) ?? "");
  const { mtimeMs } = statSync(join(cache.path, recent));
  for (const name of [first, abandoned]) utimesSync(join(cache.path, name), 0, mtimeMs / 1000 - day - 1);
  await keptFolder(["git", second], cache.place, fill);
  expect(readdirSync(cache.path).toSorted()).toEqual([first, second, recent]);
});

test("a cache that cannot be written to is told, with what to do", async () => {
  const place = { environment: { XDG_CACHE_HOME: "/dev/null" }, homeDirectory: "/nowhere" };
  await expect(keptFolder(["git", first], place, fill)).rejects.toMatchObject({
    code: "operation-failed",
    hint: expect.stringContaining("XDG_CACHE_HOME"),
  });
});
