import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type OwnEngine, startOwnEngine } from "../../support/embedded-engine.ts";

let engine: OwnEngine;

beforeAll(async () => {
  engine = await startOwnEngine();
  await engine.borrow("busybox:latest");
});
afterAll(() => engine[Symbol.asyncDispose]());

test("a container that joins the IPC namespace of another has its /dev/shm, too, as large as that was asked for", async () => {
  const donor = await engine.run(["sleep", "1000"], { IpcMode: "shareable", ShmSize: 1024 * 1024 });
  await engine.exec(donor, ["sh", "-c", "echo hello > /dev/shm/note"]);
  const guest = await engine.run(["sleep", "1000"], { IpcMode: `container:${donor}` });
  expect(await engine.exec(guest, ["cat", "/dev/shm/note"])).toBe("hello\n");
  expect(await engine.exec(guest, ["df", "-k", "/dev/shm"])).toMatch(/^shm +1024 /m);
  await engine.api.send("DELETE", `/containers/${donor}?force=1`);
  expect(await engine.exec(guest, ["cat", "/dev/shm/note"])).toBe("hello\n");
  expect(await readFile("/proc/self/mounts", "utf8")).not.toContain(engine.folder);
});

test("a container that keeps its IPC namespace to itself is not joined", async () => {
  const donor = await engine.run(["sleep", "1000"]);
  await expect(engine.run(["true"], { IpcMode: `container:${donor}` })).rejects.toThrow(
    /400 .*can't join IPC of container [0-9a-f]{64}: non-shareable IPC/,
  );
});
