import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { piecesOf } from "../../../src/execute/file-pieces.ts";

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "tscompose-pieces-"));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

test.each([0, 1, 1000, (256 << 10) - 1, 256 << 10, (256 << 10) + 1, (1 << 20) + 7])(
  "a file of %i bytes comes whole, also when others are read meanwhile",
  async (size) => {
    const path = join(folder(), "file");
    const content = Buffer.from(Array.from({ length: size }, (_, index) => index % 251));
    writeFileSync(path, content);
    const other = join(folder(), "other");
    writeFileSync(other, Buffer.alloc(size, 255));
    const [pieces] = await Promise.all([Array.fromAsync(piecesOf(path)), Array.fromAsync(piecesOf(other))]);
    expect(Buffer.concat(pieces).equals(content)).toBe(true);
    expect(pieces.every((piece) => piece.length > 0 && piece.length <= 256 << 10)).toBe(true);
  },
);

// Of this one, which is far larger, the kernel hands out a page at a time.
test("a file that is read little by little does not end with the first of it", async () => {
  const pieces = piecesOf("/proc/kallsyms");
  const { value } = await pieces.next();
  await pieces.return(undefined);
  expect(value).toHaveLength(256 << 10);
});

test("what has become a pipe is not waited for", async () => {
  const path = join(folder(), "pipe");
  execFileSync("mkfifo", [path]);
  expect(await Array.fromAsync(piecesOf(path))).toEqual([]);
});

test("what has gone is an error", async () => {
  await expect(Array.fromAsync(piecesOf(join(folder(), "gone")))).rejects.toThrow(/ENOENT/);
});
