import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  symlink,
  utimes,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { pack } from "../../../../src/actions/copy/pack.ts";
import { readTar } from "../../../../src/actions/copy/read-tar.ts";
import { unpack } from "../../../../src/actions/copy/unpack.ts";
import { tarEnd, type TarEntry, tarHeader, tarPadding } from "../../../../src/execute/tar.ts";

async function temporaryDirectory(): Promise<{ readonly path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), "tscompose-copy-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

const options = { isContents: false, keepOwners: false, warn: () => {} };

type Entry = Partial<Omit<TarEntry, "kind">> & {
  readonly path: string;
  readonly kind?: TarEntry["kind"] | "link";
  readonly text?: string;
};

async function* archive(...entries: readonly Entry[]): AsyncIterable<Uint8Array> {
  for (const { text = "", kind = "file", ...entry } of entries) {
    const content = Buffer.from(text);
    const about = { mode: 0o644, uid: 0, gid: 0, mtimeSeconds: 0, sizeBytes: content.length, ...entry };
    const header = tarHeader({ ...about, kind: kind === "link" ? "symlink" : kind });
    if (kind === "link") header.set(Buffer.from("1"), typeFlagAt);
    yield Buffer.concat([header, content, tarPadding(content.length)]);
  }
  yield tarEnd;
}

/** Where a header tells its kind; we never write hard links, so only here one is made. */
const typeFlagAt = 156;

/** The same bytes in pieces that fit nothing. */
async function* crumbled(source: AsyncIterable<Uint8Array>, size: number): AsyncIterable<Uint8Array> {
  for await (const bytes of source) {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  }
}

describe("what is packed", () => {
  test.each([1, 511, 100_000])("comes out the same, in pieces of %d bytes", async (size) => {
    await using temporary = await temporaryDirectory();
    const from = join(temporary.path, "from");
    const to = join(temporary.path, "to");
    const long = "ü".repeat(80);
    await mkdir(join(from, "sub"), { recursive: true });
    await writeFile(join(from, "sub", long), "long", { mode: 0o600 });
    await writeFile(join(from, "empty"), "");
    await utimes(join(from, "empty"), 1_000_000, 1_000_000);
    await symlink("sub/nowhere", join(from, "link"));

    await unpack(crumbled(pack({ path: from, root: "from", followLink: false }), size), { ...options, target: to });

    expect(await readFile(join(to, "sub", long), "utf8")).toBe("long");
    expect((await lstat(join(to, "sub", long))).mode & 0o777).toBe(0o600);
    expect((await lstat(join(to, "empty"))).mtimeMs).toBe(1_000_000_000);
    expect(await readlink(join(to, "link"))).toBe("sub/nowhere");
  });

  test("can be a file alone, under another name", async () => {
    await using temporary = await temporaryDirectory();
    const target = join(temporary.path, "new");
    await unpack(archive({ path: "old", text: "x" }), { ...options, target });
    expect(await readFile(target, "utf8")).toBe("x");
  });

  test.each([
    { engine: "Docker", root: [{ path: "./", kind: "directory", mode: 0o755 }], before: "./" },
    { engine: "Podman", root: [], before: "" },
  ] as const)("can be what is in a directory, as $engine calls it", async ({ root, before }) => {
    await using temporary = await temporaryDirectory();
    const target = join(temporary.path, "new");
    const entries = [
      { path: `${before}deep/`, kind: "directory", mode: 0o755 },
      { path: `${before}deep/one`, text: "1" },
      { path: `${before}two`, text: "2" },
      { path: `${before}twin`, kind: "link", linkTarget: `${before}deep/one` },
    ] as const;
    for (let times = 0; times < 2; times++) {
      await unpack(archive(...root, ...entries), { ...options, isContents: true, target });
      expect((await readdir(target)).toSorted()).toEqual(["deep", "twin", "two"]);
      expect(await readFile(join(target, "deep/one"), "utf8")).toBe("1");
      expect(await readFile(join(target, "twin"), "utf8")).toBe("1");
    }
    const climbing = unpack(archive({ path: `${before}../out` }), { ...options, isContents: true, target });
    await expect(climbing).rejects.toThrow("leads out of itself");
  });
});

describe("an archive that means harm", () => {
  test.each([
    { when: "a path climbs", entries: [{ path: "d/../../out", text: "x" }], message: "leads out of itself" },
    {
      when: "a link comes first",
      entries: [
        { path: "d/", kind: "directory" },
        { path: "d/link", kind: "symlink", linkTarget: ".." },
        { path: "d/link/out", text: "x" },
      ],
      message: "would be written through a link",
    },
  ] as const)("cannot write outside when $when", async ({ entries, message }) => {
    await using temporary = await temporaryDirectory();
    const target = join(temporary.path, "d");
    await mkdir(target);
    await expect(unpack(archive(...entries), { ...options, target })).rejects.toThrow(message);
    await expect(lstat(join(temporary.path, "out"))).rejects.toThrow("ENOENT");
  });

  test.each([
    {
      when: "a directory of the archive is a link here",
      links: ["d/sub"],
      entries: [
        { path: "d/", kind: "directory" },
        { path: "d/sub/", kind: "directory", mode: 0o777 },
      ],
    },
    {
      when: "the target is a link, and the archive a directory",
      links: ["d"],
      entries: [
        { path: "d/", kind: "directory", mode: 0o777 },
        { path: "d/out", text: "x" },
      ],
    },
    {
      when: "the target is a link, and the archive has no entry for it",
      links: ["d"],
      entries: [{ path: "d/out", text: "x" }],
    },
    {
      when: "the target is a link, and its root goes by another name",
      links: ["d"],
      entries: [{ path: "d/./", kind: "directory", mode: 0o777 }],
    },
    {
      when: "a hard link is found behind a link",
      links: ["d/sub"],
      entries: [
        { path: "d/", kind: "directory" },
        { path: "d/mine", kind: "link", linkTarget: "d/sub/precious" },
        { path: "d/mine", text: "x" },
      ],
    },
  ] as const)("cannot write through a link of an earlier copy when $when", async ({ links, entries }) => {
    await using temporary = await temporaryDirectory();
    const outside = join(temporary.path, "outside");
    await mkdir(outside);
    await writeFile(join(outside, "precious"), "kept");
    await chmod(outside, 0o700);
    await utimes(outside, 1_000_000, 1_000_000);
    for (const path of links) {
      await mkdir(join(temporary.path, path, ".."), { recursive: true });
      await symlink(outside, join(temporary.path, path));
    }

    const target = join(temporary.path, "d");
    await expect(unpack(archive(...entries), { ...options, target })).rejects.toThrow(
      "would be written through a link",
    );

    const { mode, mtimeMs } = await lstat(outside);
    expect({ mode: mode & 0o777, mtimeMs }).toEqual({ mode: 0o700, mtimeMs: 1_000_000_000 });
    expect(await readdir(outside)).toEqual(["precious"]);
    expect(await readFile(join(outside, "precious"), "utf8")).toBe("kept");
  });

  test.each([{ path: "/new" }, { path: "../new" }, { path: "./new" }])(
    "writes $path into the target",
    async ({ path }) => {
      await using temporary = await temporaryDirectory();
      const target = join(temporary.path, "d");
      await mkdir(target);
      const root = { path: "d/", kind: "directory" } as const;
      await unpack(archive(root, { path, text: "x" }), { ...options, target });
      expect(await readFile(join(target, "new"), "utf8")).toBe("x");
    },
  );

  test("makes a link of its own where a hard link leads to a link", async () => {
    await using temporary = await temporaryDirectory();
    const target = join(temporary.path, "d");
    await mkdir(target);
    await writeFile(join(temporary.path, "precious"), "kept", { mode: 0o600 });
    await symlink("../precious", join(target, "link"));
    const entries = [
      { path: "d/also", kind: "link", linkTarget: "d/link" },
      { path: "d/also", text: "x", mode: 0o666 },
    ] as const;
    await unpack(archive(entries[0]), { ...options, target });
    expect(await readlink(join(target, "also"))).toBe("../precious");
    await unpack(archive(...entries), { ...options, target });
    expect(await readFile(join(temporary.path, "precious"), "utf8")).toBe("kept");
    expect((await lstat(join(temporary.path, "precious"))).mode & 0o777).toBe(0o600);
  });

  test.each([
    {
      here: "directory",
      entry: { path: "d/a", text: "x" },
      message: "d/a is a directory here, the archive has a file",
    },
    {
      here: "directory",
      entry: { path: "d/a", kind: "symlink", linkTarget: ".." },
      message: "d/a is a directory here, the archive has a symlink",
    },
    {
      here: "file",
      entry: { path: "d/a/", kind: "directory" },
      message: "d/a is a file here, the archive has a directory",
    },
    {
      here: "file",
      entry: { path: "d/a/b", text: "x" },
      message: "d/a is a file here, the archive has a directory",
    },
  ] as const)("keeps a $here that something else would replace", async ({ here, entry, message }) => {
    await using temporary = await temporaryDirectory();
    const target = join(temporary.path, "d");
    await mkdir(target);
    await (here === "file" ? writeFile(join(target, "a"), "kept") : mkdir(join(target, "a")));
    await expect(unpack(archive(entry), { ...options, target })).rejects.toThrow(message);
    expect((await lstat(join(target, "a"))).isDirectory()).toBe(here === "directory");
  });

  test("replaces a link instead of writing to where it points", async () => {
    await using temporary = await temporaryDirectory();
    const target = join(temporary.path, "d");
    await mkdir(target);
    await writeFile(join(temporary.path, "precious"), "kept");
    const entries = [
      { path: "d/file", kind: "symlink", linkTarget: "../precious" },
      { path: "d/file", text: "replaced" },
    ] as const;
    await unpack(archive(...entries), { ...options, target });
    expect(await readFile(join(temporary.path, "precious"), "utf8")).toBe("kept");
    expect(await readFile(join(target, "file"), "utf8")).toBe("replaced");
  });

  test("is told when it ends too early", async () => {
    const cut = async function* (): AsyncIterable<Uint8Array> {
      for await (const bytes of archive({ path: "a", text: "x".repeat(1000) })) return yield bytes.subarray(0, 700);
    };
    const read = async (): Promise<void> => {
      for await (const { content } of readTar(cut())) for await (const _ of content);
    };
    await expect(read()).rejects.toThrow("the archive ends in the middle of an entry");
  });
});
