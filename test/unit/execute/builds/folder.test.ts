import { chmodSync, linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { modeBit } from "../../../../src/buildkit-api/file-sync.ts";
import { folderAt } from "../../../../src/execute/builds/folder.ts";

const root = mkdtempSync(join(tmpdir(), "folder-"));

beforeAll(() => {
  for (const path of ["a.txt", "a/in", "a/deep/er", "b/kept", "b/lost", "c/target", "\u{1F600}", "\uFB00"]) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), path);
  }
  symlinkSync("c", join(root, "to-c"));
  symlinkSync("../../../../c/target", join(root, "a/out"));
  linkSync(join(root, "a/in"), join(root, "b/same"));
  chmodSync(join(root, "a.txt"), 0o4751);
});
afterAll(() => rmSync(root, { recursive: true }));

const nothing = { include: [], exclude: [], follow: [] };
const listed = async (selection: object): Promise<string[]> =>
  Array.fromAsync(folderAt(root).list({ ...nothing, ...selection }), ({ path }) => path);

describe("a folder", () => {
  test("is listed whole, in the order of bytes, folders before what is in them", async () => {
    expect(await listed({})).toEqual([
      "a",
      "a/deep",
      "a/deep/er",
      "a/in",
      "a/out",
      "a.txt",
      "b",
      "b/kept",
      "b/lost",
      "b/same",
      "c",
      "c/target",
      "to-c",
      "\uFB00",
      "\u{1F600}",
    ]);
  });

  test("is listed without what is excluded, but with exceptions below it", async () => {
    expect(await listed({ exclude: ["*", "!**/kept"] })).toEqual(["b", "b/kept"]);
    expect(await listed({ exclude: ["a", "b/l*", "c", "to-c", "*.txt", "\uFB00", "\u{1F600}"] })).toEqual([
      "b",
      "b/kept",
      "b/same",
    ]);
  });

  test("is listed as far as a path is wanted, and what links on the way lead to", async () => {
    expect(await listed({ follow: ["a/deep"] })).toEqual(["a", "a/deep", "a/deep/er"]);
    expect(await listed({ follow: ["to-c/target"] })).toEqual(["c", "c/target", "to-c"]);
    expect(await listed({ follow: ["a/o*"] })).toEqual(["a", "a/out", "c", "c/target"]);
    expect(await listed({ follow: ["absent"] })).toEqual([]);
    expect(await listed({ follow: ["."], exclude: ["?*"] })).toEqual([]);
  });

  test("tells modes, links and second names, and no owners", async () => {
    const stats = await Array.fromAsync(folderAt(root).list(nothing));
    const of = (path: string): object | undefined => stats.find((stat) => stat.path === path);
    expect(of("a.txt")).toMatchObject({ mode: modeBit.setuid + 0o751, uid: 0, gid: 0, size: 5, linkname: "" });
    expect(of("to-c")).toMatchObject({ mode: modeBit.symlink + 0o777, linkname: "c" });
    expect(of("b/same")).toMatchObject({ linkname: "a/in", size: 0 });
    expect(of("a")).toMatchObject({ mode: modeBit.directory + 0o755 });
  });
});
