import { chmod, mkdir, mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { HostTree } from "../../../src/watch/host-tree.ts";

test("a first look finds files, folders, empty ones too, and links, which are not followed", async () => {
  await using folder = await temporaryFolder();
  await mkdir(join(folder.path, "d/empty"), { recursive: true });
  await writeFile(join(folder.path, "d/a"), "x");
  await symlink("/etc", join(folder.path, "l"));
  const { tree } = await folder.look();
  expect([...tree].map(([path, { kind }]) => `${path}: ${kind}`).sort()).toEqual([
    ": directory",
    "d/a: file",
    "d/empty: directory",
    "d: directory",
    "l: symlink",
  ]);
});

test("a later look tells what is not as it was", async () => {
  await using folder = await temporaryFolder();
  const at = (path: string): string => join(folder.path, path);
  await mkdir(at("d"));
  for (const name of ["kept", "d/rewritten", "d/renamed", "removed", "chmod"]) await writeFile(at(name), "one");
  const host = await folder.look();

  await writeFile(at("d/rewritten"), "two");
  await rename(at("d/renamed"), at("new"));
  await rm(at("removed"));
  await chmod(at("chmod"), 0o600);
  const changed = await host.refresh([""]);

  expect(changed.toSorted()).toEqual(["chmod", "d/renamed", "d/rewritten", "new", "removed"]);
  expect(await host.refresh([""])).toEqual([]);
});

test("a look at one path finds what it became, and nothing else", async () => {
  await using folder = await temporaryFolder();
  const at = (path: string): string => join(folder.path, path);
  await mkdir(at("d"));
  await writeFile(at("d/a"), "one");
  await writeFile(at("other"), "one");
  const host = await folder.look();

  await rm(at("d"), { recursive: true });
  await writeFile(at("d"), "now a file");
  await rm(at("other"));

  expect((await host.refresh(["d/a", "d"])).toSorted()).toEqual(["d", "d/a"]);
  expect([...host.tree.keys()].toSorted()).toEqual(["", "d", "other"]);
});

test("folders that appeared are told once, so that somebody looks into them again", async () => {
  await using folder = await temporaryFolder();
  await mkdir(join(folder.path, "old"));
  const host = await folder.look();
  expect([...host.takeNewFolders()].toSorted()).toEqual(["", "old"]);

  await mkdir(join(folder.path, "old/new"));
  await writeFile(join(folder.path, "old/file"), "");
  await host.refresh(["old"]);
  expect([...host.takeNewFolders()]).toEqual(["old/new"]);
  expect([...host.takeNewFolders()]).toEqual([]);
});

test("thousands of removed files cost no walk for each", async () => {
  await using folder = await temporaryFolder();
  const names = Array.from({ length: 3000 }, (_, index) => `f${index}`);
  for (const name of names) await writeFile(join(folder.path, name), "");
  const host = await folder.look();
  await rm(folder.path, { recursive: true });
  expect(await host.refresh(names)).toHaveLength(names.length);
  expect([...host.tree.keys()]).toEqual([""]);
});

test("what may not be looked at any more is taken to be as it was, and told", async () => {
  await using folder = await temporaryFolder();
  const at = (path: string): string => join(folder.path, path);
  await mkdir(at("d"));
  await writeFile(at("d/a"), "one");
  const host = await folder.look();
  // A link in a circle cannot be followed by anybody, whatever rights he has.
  const circle = `${folder.path}-moved`;
  await rename(folder.path, circle);
  await symlink(folder.path, folder.path);
  try {
    expect(await host.refresh(["d"])).toEqual([]);
    expect(host.unreadable).toEqual([`${at("d")}: cannot be read`]);
    expect(host.knows("d/a")).toBe(false);
  } finally {
    await rm(folder.path);
    await rename(circle, folder.path);
  }
  expect([...host.takeOpenedFolders()]).toEqual([]);
  expect(await host.refresh(["d"])).toEqual([]);
  expect(host.unreadable).toEqual([]);
  expect([...host.takeOpenedFolders()]).toEqual(["d"]);
  expect([...host.takeOpenedFolders()]).toEqual([]);
  await rm(at("d"), { recursive: true });
  expect((await host.refresh(["d"])).toSorted()).toEqual(["d", "d/a"]);
});

async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string; look(): Promise<HostTree> }> {
  const path = await mkdtemp(join(tmpdir(), "host-tree-"));
  return {
    path,
    async look() {
      const host = new HostTree({ root: path, accepts: () => true, skips: () => false });
      await host.refresh([""]);
      return host;
    },
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  };
}
