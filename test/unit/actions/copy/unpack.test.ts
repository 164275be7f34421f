import { lstat, mkdir, mkdtemp, readFile, readlink, rm, symlink, utimes, writeFile } from "node:fs/promises";
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

const options = { keepOwners: false, warn: () => {} };

async function* archive(
  ...entries: readonly (Partial<TarEntry> & { path: string; text?: string })[]
): AsyncIterable<Uint8Array> {
  for (const { text = "", ...entry } of entries) {
    const content = Buffer.from(text);
    const about = { kind: "file", mode: 0o644, uid: 0, gid: 0, mtimeSeconds: 0, sizeBytes: content.length } as const;
    yield Buffer.concat([tarHeader({ ...about, ...entry }), content, tarPadding(content.length)]);
  }
  yield tarEnd;
}

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
