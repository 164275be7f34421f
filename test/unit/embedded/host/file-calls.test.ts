import { constants } from "node:fs";
import { lstat, mkdtemp, readFile, readlink, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { FileCalls } from "../../../../src/embedded/host/file-calls.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tscompose-file-calls-"));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

const at = (name: string): Buffer => Buffer.from(join(folder, name));
const newFile = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;
const [uid, gid] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0];

describe.each([false, true])("calls on files (at once: %s)", (isPrompt) => {
  test("make, describe, find and remove what they are told to", async () => {
    const calls = new FileCalls({ isPrompt });
    const file = await calls.open(at("file"), newFile, 0o600);
    expect(await calls.write(file, Buffer.from("text"))).toBe(4);
    await calls.fchown(file, uid, gid);
    await calls.fchmod(file, 0o640);
    await calls.futimes(file, 1_700_000_000.5);
    expect(await calls.fstat(file)).toMatchObject({ size: 4n, mtimeMs: 1_700_000_000_500n });
    await calls.close(file);
    await calls.mkdir(at("folder"), 0o700);
    await calls.symlink(Buffer.from("file"), at("link"));
    await calls.lchown(at("link"), uid, gid);
    await calls.lutimes(at("link"), 1_600_000_000);
    await calls.link(at("file"), at("same"));
    const same = await calls.lstat(at("same"));
    expect(same).toMatchObject({ nlink: 2n, mode: 0o100_640n, uid: BigInt(uid), gid: BigInt(gid) });
    expect((await calls.readlink(at("link"))).toString()).toBe("file");
    if (same !== undefined) await calls.unlink(at("same"), same);
    expect(await calls.lstat(at("same"))).toBeUndefined();
    expect(await readFile(join(folder, "file"), "utf8")).toBe("text");
    expect(await readlink(join(folder, "link"))).toBe("file");
    expect((await lstat(join(folder, "link"))).mtimeMs).toBe(1_600_000_000_000);
    expect((await lstat(join(folder, "folder"))).mode & 0o7777).toBe(0o700);
  });

  test("fail with the system's own word", async () => {
    await writeFile(join(folder, "file"), "");
    const calls = new FileCalls({ isPrompt });
    await expect(async () => calls.open(at("file"), newFile)).rejects.toThrow("EEXIST");
    await expect(async () => calls.lstat(at("file/below"))).rejects.toThrow("ENOTDIR");
    await expect(async () => calls.readlink(at("file"))).rejects.toThrow("EINVAL");
    await expect(async () => calls.mkdir(at("none/below"), 0o700)).rejects.toThrow("ENOENT");
  });
});

test("calls at once give everybody else a turn again and again", async () => {
  const calls = new FileCalls({ isPrompt: true });
  const others = { turns: 0 };
  const taken = (async () => {
    for (; others.turns < 5; others.turns += 1) await setImmediate();
  })();
  let atOnce = 0;
  while (others.turns < 5) {
    const status = calls.lstat(at("none"));
    if (!(status instanceof Promise)) atOnce += 1;
    await status;
  }
  await taken;
  expect(atOnce).toBeGreaterThan(0);
});
