import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { tarHeader, tarOf, tarPadding, type TarEntry } from "../../../src/execute/tar.ts";

const file = (path: string, content: string, more: Partial<TarEntry> = {}) => {
  const bytes = Buffer.from(content);
  const entry = { path, kind: "file", mode: 0o644, uid: 0, gid: 0, sizeBytes: bytes.length, mtimeSeconds: 0 } as const;
  return { entry: { ...entry, ...more }, content: bytes };
};

/** What another program reads in an archive. */
function listed(archive: Uint8Array): string[] {
  const text = execFileSync("tar", ["-tv", "--numeric-owner", "--utc", "--quoting-style=literal"], {
    input: archive,
    encoding: "utf8",
    env: { ...process.env, LC_ALL: "C.UTF-8" },
  });
  return text.trimEnd().split("\n");
}

test("is read by tar with mode, owner, size and name", () => {
  const archive = tarOf([file("etc/app.conf", "hello", { mode: 0o440, uid: 100, gid: 101, mtimeSeconds: 86_400 })]);
  expect(listed(archive)).toEqual(["-r--r----- 100/101           5 1970-01-02 00:00 etc/app.conf"]);
});

test.each([
  ["a name of more than 100 bytes", `${"long/".repeat(60)}name`],
  ["a name that is not ASCII", "größe/файл"],
  ["a name of exactly 100 bytes", "x".repeat(100)],
])("keeps %s", (_, path) => {
  expect(listed(tarOf([file(path, "x")]))[0]).toMatch(new RegExp(`${path}$`));
});

test("keeps links and directories", () => {
  const link = file("a", "", { kind: "symlink", linkTarget: "b".repeat(120) });
  const directory = file("d/", "", { kind: "directory", mode: 0o755 });
  const [first = "", second = ""] = listed(tarOf([link, directory]));
  expect(first).toMatch(/^l.* a -> b{120}$/);
  expect(second).toMatch(/^drwxr-xr-x .* d\/$/);
});

test("fills blocks of 512 bytes", () => {
  expect(tarPadding(512)).toHaveLength(0);
  expect(tarPadding(513)).toHaveLength(511);
  expect(tarHeader(file("a", "").entry)).toHaveLength(512);
});

test("tells the size of a file past the 8 GiB that the old format can count", () => {
  const sizeBytes = 9 * 2 ** 30;
  const header = Buffer.from(tarHeader(file("big", "", { sizeBytes }).entry)).toString("latin1");
  expect(header).toContain(`size=${sizeBytes}\n`);
});
