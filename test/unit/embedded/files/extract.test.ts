import { lstat, mkdir, mkdtemp, readFile, readdir, readlink, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { extractInRoot } from "../../../../src/embedded/files/extract.ts";
import { FileCalls } from "../../../../src/embedded/host/file-calls.ts";
import { InRoot } from "../../../../src/embedded/host/in-root.ts";
import { readTar } from "../../../../src/embedded/tar/read-tar.ts";
import { type WantedEntry, archiveOf, once } from "../../../support/tar-members.ts";

let home: string;
let root: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "tscompose-extract-"));
  root = join(home, "root");
  await mkdir(root);
});

afterEach(() => rm(home, { recursive: true, force: true }));

const owner = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };

describe.each([false, true])("an archive that is unpacked (at once: %s)", (isPrompt) => {
  const extract = async (entries: readonly WantedEntry[], chunkBytes = 65_536): Promise<void> => {
    await using opened = await InRoot.open(root, new FileCalls({ isPrompt }));
    const wish = { root: opened, mountPoints: [], path: "/", keepsKinds: false, owner };
    await extractInRoot(wish, readTar(once(await archiveOf(entries), chunkBytes)));
  };

  test.each([1, 700, 65_536])("comes whole in chunks of %i bytes", async (chunkBytes) => {
    const large = Buffer.alloc(300_000, "0123456789");
    await extract(
      [
        { name: "folder", kind: "directory", mode: 0o1755, mtime: "1500000000" },
        { name: "folder/small", text: "x", mode: 0o4751, mtime: "1600000000.25" },
        { name: "folder/empty" },
        { name: "folder/large", bytes: chunkBytes === 1 ? large.subarray(0, 3000) : large },
        { name: "implied/below/link", kind: "symlink", linkName: "../../folder/small", mtime: "1700000000" },
        { name: "folder/hard", kind: "hardlink", linkName: "folder/small" },
      ],
      chunkBytes,
    );
    expect(await readFile(join(root, "implied", "below", "link"), "utf8")).toBe("x");
    expect(await readFile(join(root, "folder", "large"))).toHaveLength(chunkBytes === 1 ? 3000 : 300_000);
    expect(await lstat(join(root, "folder", "small"))).toMatchObject({
      mode: 0o104_751,
      nlink: 2,
      mtimeMs: 1_600_000_000_250,
    });
    expect(await lstat(join(root, "folder"))).toMatchObject({ mode: 0o41_755, mtimeMs: 1_500_000_000_000 });
    expect((await lstat(join(root, "implied", "below", "link"))).mtimeMs).toBe(1_700_000_000_000);
  });

  test("takes the place of what is there, and writes through no link", async () => {
    await writeFile(join(home, "outside"), "outside");
    await symlink(join(home, "outside"), join(root, "link"));
    await mkdir(join(root, "tree", "below"), { recursive: true });
    await writeFile(join(root, "tree", "below", "file"), "");
    await writeFile(join(root, "file"), "old");
    await extract([
      { name: "link", text: "in" },
      { name: "tree", text: "in" },
      { name: "file", kind: "symlink", linkName: "link" },
    ]);
    expect(await readFile(join(home, "outside"), "utf8")).toBe("outside");
    expect(await readFile(join(root, "tree"), "utf8")).toBe("in");
    expect(await readlink(join(root, "file"))).toBe("link");
  });

  test("leaves no file open, whether it fits or not", async () => {
    for (let round = 0; round < 20; round += 1) await extract([{ name: `a/b/${round}`, text: "x" }]);
    await expect(extract([{ name: "a/b/1/below", text: "x" }])).rejects.toThrow("not a directory");
    await expect(extract([{ name: "a/h", kind: "hardlink", linkName: "none/x" }])).rejects.toThrow("no such file");
    await expect(extract([{ name: "../x", text: "x" }])).rejects.toThrow("leads out");
    const files = await Promise.all(
      (await readdir("/proc/self/fd")).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(String)),
    );
    expect(files.filter((file) => file.startsWith(home))).toEqual([]);
  });
});
