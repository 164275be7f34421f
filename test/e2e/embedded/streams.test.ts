import { readdir } from "node:fs/promises";
import { request, type IncomingMessage } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { EngineEventBody } from "../../../src/docker-api/event.ts";
import { type OwnEngine, startOwnEngine } from "../../support/embedded-engine.ts";
import { type Changes, demultiplex } from "../../support/engine-api.ts";

/** Opens a stream of an engine; nothing is read of it yet. */
function open(socketPath: string, path: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request({ socketPath, path, agent: false }).once("error", reject).once("response", resolve).end();
  });
}

/** Resolves when so many such events have come. */
async function happened(changes: Changes, count: number, isWanted: (event: EngineEventBody) => boolean): Promise<void> {
  const never = new AbortController().signal;
  while (changes.seen.filter(isWanted).length < count) await changes.next(never);
}

describe("streams of an engine", () => {
  let own: OwnEngine;
  beforeAll(async () => {
    own = await startOwnEngine();
    await own.borrow("busybox:latest");
  });
  afterAll(async () => {
    const { faults } = own;
    await own[Symbol.asyncDispose]();
    expect(faults).toEqual([]);
  });

  const state = async (id: string): Promise<{ State: Record<string, unknown>; RestartCount: number }> =>
    (await own.api.get(`/containers/${id}/json`)) as { State: Record<string, unknown>; RestartCount: number };

  test("a reader that does not read holds up no container, and misses nothing", async () => {
    const id = await own.run(["seq", "1", "300000"]);
    const slow = await open(join(own.folder, "engine.sock"), `/containers/${id}/logs?stdout=1&follow=1`);
    await own.api.post(`/containers/${id}/wait`, {});
    const bytes = Buffer.concat((await slow.toArray()) as Buffer[]);
    expect(demultiplex(bytes).toString()).toBe(
      Array.from({ length: 300_000 }, (_, index) => `${index + 1}\n`).join(""),
    );
  });

  test("a container's network has no name on the host, and commands in the container see it", async () => {
    const id = await own.run(["sleep", "1000"], { NetworkMode: "bridge" });
    expect(await own.exec(id, ["ip", "link"])).toContain("eth0");
    expect(await readdir("/run/netns").catch(() => [])).not.toContain(id);
  });

  test("older log files make room, and what is left is read across them", async () => {
    const LogConfig = { Type: "json-file", Config: { "max-size": "100k", "max-file": "3" } };
    const id = await own.run(["seq", "1", "20000"], { LogConfig });
    await own.api.post(`/containers/${id}/wait`, {});
    const lines = demultiplex(await own.api.download(`/containers/${id}/logs?stdout=1`))
      .toString()
      .trimEnd()
      .split("\n");
    expect(lines.at(-1)).toBe("20000");
    expect(lines.length).toBeGreaterThan(1000);
    expect(lines.length).toBeLessThan(20_000);
    expect(lines).toEqual(Array.from({ length: lines.length }, (_, index) => String(20_001 - lines.length + index)));
  });

  test.each([
    [["no-such-program"], 127],
    [["/etc"], 126],
    [["sh", "-c", "kill -9 $$"], 137],
    [["sh", "-c", "exit 7"], 7],
  ])("of a command %j the exit code is %i", async (Cmd, code) => {
    const id = await own.run(["sleep", "1000"]);
    const { Id } = (await own.api.post(`/containers/${id}/exec`, { Cmd, AttachStdout: true })) as { Id: string };
    await own.api.postForBytes(`/exec/${Id}/start`, {});
    expect(await own.api.get(`/exec/${Id}/json`)).toMatchObject({ Running: false, ExitCode: code, Pid: 0 });
  });

  test("health turns with the probes, and every turn is told", async () => {
    const Healthcheck = {
      Test: ["CMD-SHELL", "test -e /tmp/ok && echo fine"],
      Interval: 1e8,
      Timeout: 1e10,
      Retries: 2,
    };
    const wish = { Image: "busybox:latest", Cmd: ["sleep", "1000"], Healthcheck, HostConfig: { NetworkMode: "none" } };
    const { Id } = (await own.api.post("/containers/create", wish)) as { Id: string };
    await using events = await own.api.events();
    const turned = (status: string): Promise<void> =>
      happened(events, 1, ({ Action, Actor }) => Actor.ID === Id && Action === `health_status: ${status}`);
    await own.api.send("POST", `/containers/${Id}/start`);
    await turned("unhealthy");
    await own.exec(Id, ["touch", "/tmp/ok"]);
    await turned("healthy");
    const { Health } = (await state(Id)).State as { Health: { Log: { ExitCode: number; Output: string }[] } };
    expect(Health.Log.at(-1)).toMatchObject({ ExitCode: 0, Output: "fine\n" });
  });

  test("a probe that hangs is killed, and has failed", async () => {
    const Healthcheck = { Test: ["CMD", "sleep", "1000"], Interval: 1e8, Timeout: 3e8, Retries: 1 };
    const wish = { Image: "busybox:latest", Cmd: ["sleep", "1001"], Healthcheck, HostConfig: { NetworkMode: "none" } };
    const { Id } = (await own.api.post("/containers/create", wish)) as { Id: string };
    await using events = await own.api.events();
    await own.api.send("POST", `/containers/${Id}/start`);
    await happened(events, 1, ({ Action, Actor }) => Actor.ID === Id && Action === "health_status: unhealthy");
    const { Health } = (await state(Id)).State as { Health: { Log: object[] } };
    expect(Health.Log[0]).toMatchObject({ ExitCode: -1, Output: "Health check exceeded timeout (0.3s)" });
  });

  test("a container that fails is started again as often as its policy says", async () => {
    await using events = await own.api.events();
    const id = await own.run(["sh", "-c", "exit 3"], { RestartPolicy: { Name: "on-failure", MaximumRetryCount: 2 } });
    await happened(events, 3, ({ Action, Actor }) => Actor.ID === id && Action === "die");
    const { State, RestartCount } = await state(id);
    expect({ RestartCount, Status: State["Status"], ExitCode: State["ExitCode"] }).toEqual({
      RestartCount: 2,
      Status: "exited",
      ExitCode: 3,
    });
  });
});
