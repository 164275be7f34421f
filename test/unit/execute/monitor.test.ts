import { expect, test } from "vitest";
import type { ContainerInspect, ContainerStateBody } from "../../../src/docker-api/container.ts";
import type { EngineEventBody } from "../../../src/docker-api/event.ts";
import type { Engine } from "../../../src/engine/engine.ts";
import { ContainerIds } from "../../../src/execute/container-ids.ts";
import { monitorContainers } from "../../../src/execute/monitor.ts";
import type { Tools } from "../../../src/execute/perform.ts";
import { awaitContainers } from "../../../src/execute/wait.ts";
import { containerInspect } from "../../support/simulate-plan.ts";

const healthy: Partial<ContainerStateBody> = { Health: { Status: "healthy", FailingStreak: 0 } };
const starting: Partial<ContainerStateBody> = { Health: { Status: "starting", FailingStreak: 0 } };

/** An engine that tells of no event before the time is over; each look at its container finds the next state. */
function engineOf(states: readonly Partial<ContainerStateBody>[]): Engine {
  const left = [...states];
  const verbs: Pick<Engine, "inspectContainer" | "events" | "logs"> = {
    inspectContainer: () => Promise.resolve(inspected(left.length > 1 ? left.shift() : left[0])),
    events: ({ signal }) =>
      Promise.resolve({
        [Symbol.asyncIterator]: () => ({ next: () => silence(signal) }),
        [Symbol.asyncDispose]: () => Promise.resolve(),
      }),
    async *logs() {},
  };
  return verbs as Engine;
}

async function silence(signal: AbortSignal | undefined): Promise<IteratorResult<EngineEventBody>> {
  if (signal?.aborted !== true) await new Promise((resolve) => signal?.addEventListener("abort", resolve));
  return { done: true, value: undefined };
}

function inspected(state: Partial<ContainerStateBody> = {}): ContainerInspect {
  const container = containerInspect("1", {});
  return { ...container, State: { ...container.State, Status: "running", ...state } };
}

function tools(states: readonly Partial<ContainerStateBody>[]): Tools {
  const { signal } = new AbortController();
  const silent = (): void => {};
  return {
    engine: engineOf(states),
    ids: new ContainerIds(),
    signal,
    settled: silent,
    warn: silent,
  } as unknown as Tools;
}

const monitor = { kind: "monitor-containers", service: "web", containers: ["web-1"], forMs: 10 } as const;
const wait = {
  kind: "await-containers",
  service: "web",
  containers: ["web-1"],
  until: "healthy",
  timeoutMs: 10,
  required: true,
} as const;

test("what lasted for as long as it is watched over is well", async () => {
  await expect(monitorContainers(monitor, tools([{}]))).resolves.toBeUndefined();
});

test.each<[string, Partial<ContainerStateBody>, string]>([
  ["ended", { Status: "exited", ExitCode: 3 }, "web: container web-1 exited (3)"],
  ["was started again", { StartedAt: "2026-01-01T00:00:09Z" }, "web: container web-1 did not last"],
])("one that %s in the last moment of being watched over did not last", async (_, last, message) => {
  await expect(monitorContainers(monitor, tools([{}, last]))).rejects.toThrow(message);
});

test("who got there in the last moment of a wait has got there", async () => {
  await expect(awaitContainers(wait, tools([starting, healthy]))).resolves.toBeUndefined();
});

test("who has not got there when the time is over has not", async () => {
  await expect(awaitContainers(wait, tools([starting]))).rejects.toMatchObject({ code: "timeout" });
});
