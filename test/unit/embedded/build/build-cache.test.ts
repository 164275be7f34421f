import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type CachedResult, openBuildCache } from "../../../../src/embedded/build/cache/build-cache.ts";

const never = new AbortController().signal;
const result: CachedResult = { layers: [] };

test("who leaves does not wait for the step of another build, which goes on", async () => {
  const folder = await mkdtemp(join(tmpdir(), "tscompose-build-cache-"));
  await using _ = { [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
  const images = { layer: () => undefined, keep: () => {} };
  const faults: unknown[] = [];
  const cache = await openBuildCache({ folder, images, nowMs: () => 0, onFault: (fault) => faults.push(fault) });
  const { promise, resolve } = Promise.withResolvers<CachedResult>();
  const [first, leaving] = [cache.make("key", () => promise, never), new AbortController()];
  const notMine = (): Promise<CachedResult> => Promise.reject(new Error("made twice"));
  const [left, patient] = [cache.make("key", notMine, leaving.signal), cache.make("key", notMine, never)];
  leaving.abort(new Error("gone"));
  await expect(left).rejects.toThrow("gone");
  await expect(cache.make("key", notMine, leaving.signal)).rejects.toThrow("gone");
  resolve(result);
  expect(await first).toEqual({ result, isOwn: true });
  expect(await patient).toEqual({ result, isOwn: false });
  expect(faults).toEqual([]);
});
