import { mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { FileCalls } from "../../../../src/embedded/host/file-calls.ts";
import { InRoot, type Lookup, PathError } from "../../../../src/embedded/host/in-root.ts";

let home: string;
let root: string;
let isPrompt: boolean;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "tscompose-in-root-"));
  root = join(home, "root");
  await mkdir(join(root, "etc"), { recursive: true });
  await mkdir(join(home, "outside"));
  await writeFile(join(root, "etc", "passwd"), "inside");
  await writeFile(join(home, "outside", "passwd"), "outside");
});

afterEach(() => rm(home, { recursive: true, force: true }));

const link = (target: string, name: string): Promise<void> => symlink(target, join(root, name));

/** Where a path leads: its place, and the text of the file there. */
async function look(path: string, lookup?: Lookup): Promise<string> {
  await using folder = await InRoot.open(root, new FileCalls({ isPrompt }));
  try {
    await using place = await folder.find(path, lookup);
    if (place.status === undefined) return `${place.path} missing`;
    if (!place.status.isFile()) return `${place.path} ${place.status.isDirectory() ? "folder" : "other"}`;
    return `${place.path} ${await readFile(place.hostPath, "utf8")}`;
  } catch (error) {
    if (error instanceof PathError) return error.code;
    throw error;
  }
}

describe.each([false, true])("a path in a root (at once: %s)", (isAtOnce) => {
  beforeEach(() => {
    isPrompt = isAtOnce;
  });

  test.each<[string, string, Lookup?]>([
    ["/", "/ folder"],
    ["", "/ folder"],
    ["..", "/ folder"],
    ["/etc/../..", "/ folder"],
    ["etc/", "/etc folder"],
    ["etc/.", "/etc folder"],
    ["/etc/passwd", "/etc/passwd inside"],
    ["//etc//./passwd", "/etc/passwd inside"],
    ["../../../etc/passwd", "/etc/passwd inside"],
    ["etc/passwd/x", "ENOTDIR"],
    ["etc/none", "/etc/none missing"],
    ["none/x", "ENOENT"],
    ["a/b/x", "/a/b/x missing", { makesFolders: true }],
  ])("%j leads to %s", async (path, expected, lookup) => {
    expect(await look(path, lookup)).toBe(expected);
  });

  test("follows links within the root, whatever they say", async () => {
    await link(join(home, "outside"), "absolute");
    await link("../outside", "relative");
    await link("../../../../../../../../etc", "far");
    await link("/etc/passwd", "file");
    await link("file", "again");
    await link("circle", "circle");
    await link("/", "top");
    expect(await look("absolute/passwd")).toBe("ENOENT");
    expect(await look("relative/passwd")).toBe("ENOENT");
    expect(await look("far/passwd")).toBe("/etc/passwd inside");
    expect(await look("file")).toBe("/file other");
    expect(await look("again", { followsLast: true })).toBe("/etc/passwd inside");
    expect(await look("circle/x")).toBe("ELOOP");
    expect(await look("circle", { followsLast: true })).toBe("ELOOP");
    expect(await look("top/top/../../etc/passwd")).toBe("/etc/passwd inside");
    expect(await look("far", { followsLast: true })).toBe("/etc folder");
    expect(await look("etc/..", { followsLast: true })).toBe("/ folder");
  });

  test("never leads out while somebody swaps folders for links", async () => {
    await mkdir(join(root, "swap"));
    await writeFile(join(root, "swap", "passwd"), "inside");
    await symlink(join(home, "outside"), join(root, "link"));
    const done = new AbortController();
    const swapper = (async () => {
      while (!done.signal.aborted) {
        await rename(join(root, "swap"), join(root, "kept"));
        await rename(join(root, "link"), join(root, "swap"));
        await rename(join(root, "swap"), join(root, "link"));
        await rename(join(root, "kept"), join(root, "swap"));
      }
    })();
    const seen = new Set<string>();
    for (let round = 0; round < 2000; round += 1) seen.add(await look("swap/passwd"));
    done.abort();
    await swapper;
    expect([...seen].filter((each) => each.includes("outside"))).toEqual([]);
    expect(seen).toContain("/swap/passwd inside");
  });
});
