import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Catalog, openCatalog } from "../../../../src/embedded/images/catalog.ts";

let folder: string;
let catalog: Catalog;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tscompose-catalog-"));
  catalog = await openCatalog(folder);
});

afterEach(() => rm(folder, { recursive: true, force: true }));

const document = Buffer.from(JSON.stringify({ os: "linux", architecture: "amd64", rootfs: { diff_ids: [] } }));
const facts = { storedAt: "2026-01-01T00:00:00Z" };
const names = (...keys: readonly string[]): { readonly keys: readonly string[]; readonly time: string } => ({
  keys,
  time: "2026-01-02T00:00:00Z",
});

test("an image is kept with its names, and known by them when it is opened again", async () => {
  const { id } = await catalog.add(document, facts, names("docker.io/library/a:1", "docker.io/library/a:2"));
  await catalog.add(document, { storedAt: "later" }, names("docker.io/library/b:1"));
  const opened = await openCatalog(folder);
  expect(opened.referencesOf(id)).toEqual(["docker.io/library/a:1", "docker.io/library/a:2", "docker.io/library/b:1"]);
  expect(opened.get(id)).toMatchObject({ storedAt: facts.storedAt, lastTagTime: "2026-01-02T00:00:00Z" });
});

test("an image without a name that gets one meanwhile stays", async () => {
  const { id } = await catalog.add(document, facts);
  const isUnnamed = (): boolean => catalog.referencesOf(id).length === 0;
  const naming = catalog.add(document, facts, names("docker.io/library/a:1"));
  expect(await catalog.remove(id, isUnnamed)).toBe(false);
  await naming;
  expect(catalog.find("a:1")?.id).toBe(id);
  await catalog.untag(["docker.io/library/a:1"]);
  expect(await catalog.remove(id, isUnnamed)).toBe(true);
  // Whoever comes after it brings it anew.
  await catalog.add(document, facts, names("docker.io/library/a:1"));
  expect((await openCatalog(folder)).find("a:1")?.id).toBe(id);
});
