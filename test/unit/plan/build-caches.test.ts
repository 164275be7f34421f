import { expect, test } from "vitest";
import { cacheEntry, checkCaches, withCacheFolders } from "../../../src/plan/build-caches.ts";

test.each([
  ["app:cache", { type: "registry", attrs: { ref: "app:cache" } }],
  ["type=local, src=.cache", { type: "local", attrs: { src: ".cache" } }],
  ["type=inline", { type: "inline", attrs: {} }],
  ["type=registry,REF=app,mode=max", { type: "registry", attrs: { ref: "app", mode: "max" } }],
])("%s is read as Docker's client does", (text, entry) => {
  expect(cacheEntry(text)).toEqual(entry);
});

test("folders of caches begin at the project's directory", () => {
  const build = {
    cacheFrom: ["type=local,src=.cache", "type=local,src=/var/cache", "app"],
    cacheTo: ["type=local,dest=../cache,mode=max", "type=registry,ref=app"],
  };
  expect(withCacheFolders("/home/me/app", build)).toEqual({
    cacheFrom: ["type=local,src=/home/me/app/.cache", "type=local,src=/var/cache", "app"],
    cacheTo: ["type=local,dest=/home/me/cache,mode=max", "type=registry,ref=app"],
  });
  expect(withCacheFolders("/home/me/app", { context: "." })).toEqual({ context: "." });
});

test.each([
  [{ cacheFrom: ["type=local"] }, true, ['cache_from: type=local needs src=, got "type=local"']],
  [{ cacheFrom: ["src=x"] }, true, ['cache_from: expected type=…, got "src=x"']],
  [{ cacheTo: ["type=registry,mode=max"] }, true, ['cache_to: type=registry needs ref=, got "type=registry,mode=max"']],
  [{ cacheTo: ["type=local,dest=x", "type=inline"] }, true, []],
  [
    { cacheTo: ["type=local,dest=x", "type=inline"] },
    false,
    ['cache_to: the BuildKit of a Docker engine exports no caches: "type=local,dest=x"'],
  ],
  [{ cacheFrom: ["type=local,src=x"], cacheTo: ["type=inline"] }, false, []],
])("%o on an engine that keeps caches: %s", (build, keepsCaches, told) => {
  const found: string[] = [];
  checkCaches(build, keepsCaches, (attribute, message) => found.push(`${attribute}: ${message}`));
  expect(found).toEqual(told);
});
