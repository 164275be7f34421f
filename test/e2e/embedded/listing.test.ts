import { afterAll, beforeAll, expect, test } from "vitest";
import type { ContainerSummary } from "../../../src/docker-api/container.ts";
import type { EngineEventBody } from "../../../src/docker-api/event.ts";
import { type OwnEngine, startOwnEngine } from "../../support/embedded-engine.ts";

const megabyte = 1024 * 1024;
let engine: OwnEngine;

beforeAll(async () => {
  engine = await startOwnEngine();
  await engine.borrow("busybox:latest");
});
afterAll(() => engine[Symbol.asyncDispose]());

/** Ids of the containers that a filter picks, running or not. */
async function found(filters: object): Promise<readonly string[]> {
  const query = `all=1&filters=${encodeURIComponent(JSON.stringify(filters))}`;
  return ((await engine.api.get(`/containers/json?${query}`)) as ContainerSummary[]).map(({ Id }) => Id);
}

async function finish(command: readonly string[], options: object = {}): Promise<string> {
  const id = await engine.run(command, options);
  await engine.api.post(`/containers/${id}/wait`, {});
  return id;
}

test("sizes are told when asked for, and a prune tells how much it freed", async () => {
  const script = `dd if=/dev/zero of=/big bs=${megabyte} count=3 2>/dev/null`;
  const id = await finish(["sh", "-c", script]);
  const rows = (await engine.api.get("/containers/json?all=1&size=1")) as ContainerSummary[];
  const [row] = rows.filter(({ Id }) => Id === id);
  expect(row?.SizeRw).toBe(3 * megabyte);
  expect(row?.SizeRootFs).toBeGreaterThan(3 * megabyte);
  const { SizeRw, SizeRootFs } = row ?? {};
  expect(await engine.api.get(`/containers/${id}/json?size=1`)).toMatchObject({ SizeRw, SizeRootFs });
  expect(await engine.api.get(`/containers/${id}/json`)).not.toHaveProperty("SizeRw");
  expect(await engine.api.post("/containers/prune", {})).toEqual({
    ContainersDeleted: [id],
    SpaceReclaimed: 3 * megabyte,
  });
});

test("containers of a committed image are found by the one that it was made from", async () => {
  const first = await finish(["touch", "/one"]);
  const repo = "listing-child";
  await engine.api.post(`/commit?container=${first}&repo=${repo}`, {});
  const { Id: second } = (await engine.api.post("/containers/create", { Image: repo, Cmd: ["true"] })) as {
    Id: string;
  };
  expect((await found({ ancestor: ["busybox"] })).toSorted()).toEqual([first, second].toSorted());
  expect(await found({ ancestor: [repo] })).toEqual([second]);
  expect(await found({ ancestor: ["nobody"] })).toEqual([]);
  for (const id of [second, first]) await engine.api.send("DELETE", `/containers/${id}`);
});

test("probes are told as commands, like every other that runs in a container", async () => {
  await using events = await engine.api.events();
  const Healthcheck = { Test: ["CMD-SHELL", "exit 3"], Interval: 100_000_000, Retries: 1 };
  const HostConfig = { NetworkMode: "none" };
  const body = { Image: "busybox:latest", Cmd: ["sleep", "1000"], Healthcheck, HostConfig };
  const { Id } = (await engine.api.post("/containers/create", body)) as { Id: string };
  await engine.api.send("POST", `/containers/${Id}/start`);
  const never = new AbortController().signal;
  const told = (): EngineEventBody[] => events.seen.filter(({ Action }) => Action.startsWith("exec_"));
  while (told().length < 3) await events.next(never);
  await engine.api.send("DELETE", `/containers/${Id}?force=1`);
  const [create, start, die] = told();
  const probe = "/bin/sh -c exit 3";
  expect([create?.Action, start?.Action, die?.Action]).toEqual([
    `exec_create: ${probe}`,
    `exec_start: ${probe}`,
    "exec_die",
  ]);
  expect(die?.Actor.Attributes).toMatchObject({ exitCode: "3", execID: create?.Actor.Attributes?.["execID"] });
});
