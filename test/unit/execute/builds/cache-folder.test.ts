import { createHash } from "node:crypto";
import { mkdtempDisposableSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { CacheFolder } from "../../../../src/execute/builds/cache-folder.ts";

const digestOf = (content: string): string => `sha256:${createHash("sha256").update(content).digest("hex")}`;
const manifest = (content: string): { mediaType: string; digest: string; size: number } => ({
  mediaType: "application/vnd.oci.image.manifest.v1+json",
  digest: digestOf(content),
  size: content.length,
});

async function* piecesOf(content: string): AsyncGenerator<Uint8Array> {
  for (const piece of content.match(/.{1,4}/gs) ?? []) yield Buffer.from(piece);
}

test("a folder keeps blobs by their digests, and none of another digest", async () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), "tscompose-caches-"));
  const cache = new CacheFolder(folder.path);
  const digest = digestOf("a cache of a build");
  expect(await cache.size(digest)).toBeUndefined();
  await cache.write(piecesOf("a cache of a build"), () => digest);
  expect(await cache.size(digest)).toBe(18);
  expect(await text(cache.read(digest, { offset: 2, bytes: 5 }))).toBe("cache");
  await expect(cache.write(piecesOf("something else"), () => digest)).rejects.toThrow(digest);
  await expect(cache.size("sha256:../../etc/passwd")).rejects.toThrow(/no digest/);
  expect(readdirSync(join(folder.path, "ingest"))).toEqual([]);
});

test("builds that name their caches side by side lose none", async () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), "tscompose-caches-"));
  const tags = ["one", "two", "three"];
  await Promise.all(tags.map(async (tag) => new CacheFolder(folder.path).name(tag, manifest(tag))));
  const cache = new CacheFolder(folder.path);
  expect(tags.map((tag) => cache.manifest(tag))).toEqual(tags.map(digestOf));
  cache.name("two", manifest("other"));
  expect(["two", "three", "four"].map((tag) => cache.manifest(tag))).toEqual([
    digestOf("other"),
    digestOf("three"),
    undefined,
  ]);
});
