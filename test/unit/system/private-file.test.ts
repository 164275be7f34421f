import {
  chmodSync,
  linkSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { writePrivately } from "../../../src/system/private-file.ts";

let folder = "";
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "private-file-"))));
afterEach(() => rmSync(folder, { recursive: true }));

const modeOf = (path: string): number => statSync(path).mode & 0o777;

test("a new file is its owner's only", async () => {
  const path = join(folder, "plan.json");
  await writePrivately(path, "text");
  expect([readFileSync(path, "utf8"), modeOf(path), readdirSync(folder)]).toEqual(["text", 0o600, ["plan.json"]]);
});

test("a file that others may read is replaced, and what they have open or linked stays as it was", async () => {
  const [path, other] = [join(folder, "plan.json"), join(folder, "other")];
  writeFileSync(path, "old");
  chmodSync(path, 0o666);
  linkSync(path, other);
  await writePrivately(path, "text");
  expect([readFileSync(path, "utf8"), modeOf(path), readFileSync(other, "utf8")]).toEqual(["text", 0o600, "old"]);
});

test("a link leads to what is replaced", async () => {
  const [path, link] = [join(folder, "plan.json"), join(folder, "link")];
  writeFileSync(path, "old", { mode: 0o644 });
  symlinkSync(path, link);
  await writePrivately(link, "text");
  expect([readFileSync(link, "utf8"), modeOf(path), readdirSync(folder)]).toEqual([
    "text",
    0o600,
    ["link", "plan.json"],
  ]);
});

test("a device is written to, not replaced", async () => {
  await writePrivately("/dev/null", "text");
  expect(statSync("/dev/null").isCharacterDevice()).toBe(true);
});

test("nothing is left behind where a folder is in the way", async () => {
  const path = join(folder, "plan.json");
  await expect(writePrivately(folder, "text")).rejects.toThrow("EISDIR");
  await expect(writePrivately(join(path, "deeper"), "text")).rejects.toThrow("ENOENT");
  expect(readdirSync(folder)).toEqual([]);
});
