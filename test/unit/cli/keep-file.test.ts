import { execFileSync } from "node:child_process";
import { lstatSync, mkdirSync, mkdtempDisposableSync, readdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { UsageError } from "../../../src/errors.ts";
import { keepFile } from "../../../src/cli/keep-file.ts";

async function* content(): AsyncGenerator<Uint8Array> {
  yield Buffer.from("an ");
  yield Buffer.from("archive");
}

test("a file appears whole, for its owner only, whatever else lies there", async () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), "tscompose-output-"));
  const path = join(folder.path, "web.tar");
  symlinkSync(join(folder.path, "another's"), `${path}.part`);
  await Promise.all([keepFile(content(), path), keepFile(content(), path)]);
  expect(readFileSync(path, "utf8")).toBe("an archive");
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder.path).toSorted()).toEqual(["web.tar", "web.tar.part"]);
});

test("what fails leaves nothing, and what was there before", async () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), "tscompose-output-"));
  const path = join(folder.path, "web.tar");
  await keepFile(content(), path);
  const failing = async function* (): AsyncGenerator<Uint8Array> {
    yield Buffer.from("half");
    throw new Error("no more");
  };
  await expect(keepFile(failing(), path)).rejects.toThrow("no more");
  expect(readFileSync(path, "utf8")).toBe("an archive");
  expect(readdirSync(folder.path)).toEqual(["web.tar"]);
  await expect(keepFile(content(), join(folder.path, "none/web.tar"))).rejects.toThrow(UsageError);
});

test("a directory, a pipe or a device is not replaced by a file", async () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), "tscompose-output-"));
  const [directory, pipe, device] = ["directory", "pipe", "device"].map((name) => join(folder.path, name));
  mkdirSync(directory ?? "");
  execFileSync("mkfifo", [pipe ?? ""]);
  symlinkSync("/dev/null", device ?? "");
  for (const path of [directory, pipe, device]) {
    await expect(keepFile(content(), path ?? ""), path).rejects.toThrow(`--output: "${path}" is no file`);
  }
  expect(lstatSync(device ?? "").isSymbolicLink()).toBe(true);
});
