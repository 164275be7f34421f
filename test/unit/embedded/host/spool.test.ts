import { appendFileSync, mkdtempDisposableSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { SpoolReader, spoolStart } from "../../../../src/embedded/host/spool.ts";

let folder: { readonly path: string; remove(): void };
beforeEach(() => (folder = mkdtempDisposableSync(join(tmpdir(), "spool-"))));
afterEach(() => folder.remove());

const write = (name: string, text: string): void => appendFileSync(join(folder.path, name), text);
const [first, second, third] = ["out.0.000000000", "out.0.000000001", "out.0.000000002"] as const;

function seen(reader: SpoolReader, bytes = 100): string {
  const buffer = Buffer.alloc(bytes);
  return buffer.toString("utf8", 0, reader.peek(buffer));
}

test("what was seen is seen again until it is taken", () => {
  const reader = new SpoolReader(folder.path, "out", spoolStart);
  expect(seen(reader)).toBe("");
  write(first, "one\ntw");
  expect(seen(reader)).toBe("one\ntw");
  reader.take(4);
  write(first, "o\n");
  expect(seen(reader)).toBe("two\n");
  expect(reader.place).toEqual({ round: 0, number: 0, offset: 4 });
});

test("files follow each other as if they were one, whatever is taken of them", () => {
  const reader = new SpoolReader(folder.path, "out", spoolStart);
  for (const [name, text] of [
    [first, "abc"],
    [second, "de"],
    [third, "fgh"],
  ] as const)
    write(name, text);
  write("err.0.000000000", "other stream");
  expect(seen(reader)).toBe("abcdefgh");
  expect(seen(reader, 4)).toBe("abcd");
  reader.take(4);
  expect(reader.place).toEqual({ round: 0, number: 1, offset: 1 });
  expect(seen(reader)).toBe("efgh");
  reader.take(4);
  write("out.1.000000000", "ij");
  expect(seen(reader)).toBe("ij");
});

test("only what lies before the place goes, and only when told to", () => {
  const reader = new SpoolReader(folder.path, "out", spoolStart);
  write(first, "abc");
  write(second, "de");
  seen(reader);
  reader.take(4);
  expect(readdirSync(folder.path)).toHaveLength(2);
  reader.sweep();
  expect(readdirSync(folder.path)).toEqual([second]);
});

test("a reader goes on at a place, and sweeps what an earlier one has left", () => {
  for (const [name, text] of [
    [first, "abc"],
    [second, "de"],
    [third, "f"],
  ] as const)
    write(name, text);
  const reader = new SpoolReader(folder.path, "out", { round: 0, number: 1, offset: 1 });
  expect(seen(reader)).toBe("ef");
  expect(reader.filesBehind).toBe(1);
  reader.sweep();
  expect(readdirSync(folder.path)).toEqual([second, third]);
});

test("where the place's file is gone it begins with the oldest that is left", () => {
  write(third, "f");
  const reader = new SpoolReader(folder.path, "out", { round: 0, number: 1, offset: 1 });
  expect(reader.place).toEqual({ round: 0, number: 2, offset: 0 });
  expect(seen(reader)).toBe("f");
});
