import { expect, test } from "vitest";
import type { ContainerInspect } from "../../../src/docker-api/container.ts";
import { EngineError } from "../../../src/errors.ts";
import { keepProbing, type Probing } from "../../../src/execute/probes.ts";
import { containerInspect } from "../../support/simulate-plan.ts";

/** A container that is to be probed every few milliseconds, and has been so many times. */
function probed(times: number): ContainerInspect {
  const container = containerInspect("1", { Healthcheck: { Test: ["CMD", "true"], Interval: 5e6 } });
  const log = Array.from({ length: times }, (_, at) => ({ Start: String(at), End: "", ExitCode: 0, Output: "" }));
  return { ...container, State: { ...container.State, Health: { Status: "starting", FailingStreak: 0, Log: log } } };
}

/** Sees to the probes of a container until somebody else does, or there is nothing left to do. */
async function warningsOf(engine: Probing["engine"], signal: AbortSignal = AbortSignal.any([])): Promise<string[]> {
  const warnings: string[] = [];
  await keepProbing("app-1", probed(0), { engine, signal, warn: (text) => warnings.push(text) });
  return warnings;
}

test("probes are made where nobody else makes them, until nobody waits, and that is told once", async () => {
  const over = new AbortController();
  let made = 0;
  const podman: Probing["engine"] = {
    inspectContainer: async () => probed(made),
    runProbe: async () => {
      made += 1;
      if (made === 3) over.abort();
      return true;
    },
  };
  expect(await warningsOf(podman, over.signal)).toEqual([
    expect.stringMatching(/^app-1: Podman leaves probes to systemd/),
  ]);
  expect(made).toBe(3);
});

test("probes are left to whoever makes them, from the beginning or later", async () => {
  const systemd = { inspectContainer: async () => probed(1), runProbe: async () => expect.unreachable() };
  expect(await warningsOf(systemd)).toEqual([]);
  let made = 0;
  const late: Probing["engine"] = {
    inspectContainer: async () => probed((made += made === 0 ? 0 : 1)),
    runProbe: async () => {
      expect(made).toBe(0);
      made += 1;
      return true;
    },
  };
  expect(await warningsOf(late)).toHaveLength(1);
});

test("probes are left to an engine that makes them itself, however late", async () => {
  const docker: Probing["engine"] = { inspectContainer: async () => probed(0), runProbe: async () => false };
  expect(await warningsOf(docker)).toEqual([]);
});

test("probes end with the container", async () => {
  const gone = { inspectContainer: async () => undefined, runProbe: async () => expect.unreachable() };
  expect(await warningsOf(gone)).toEqual([]);
  const ending: Probing["engine"] = {
    inspectContainer: async () => probed(0),
    runProbe: async () => Promise.reject(refusal("conflict")),
  };
  expect(await warningsOf(ending)).toEqual([]);
});

test("a probe that takes too long has been made", async () => {
  const over = new AbortController();
  let made = 0;
  const slow: Probing["engine"] = {
    inspectContainer: async () => probed(made),
    runProbe: async () => {
      made += 1;
      if (made === 2) over.abort();
      return Promise.reject(refusal("engine-fault"));
    },
  };
  expect(await warningsOf(slow, over.signal)).toHaveLength(1);
  expect(made).toBe(2);
});

test("probes that cannot be made are told", async () => {
  const silent: Probing["engine"] = {
    inspectContainer: async () => probed(0),
    runProbe: async () => Promise.reject(refusal("unavailable")),
  };
  await expect(warningsOf(silent)).rejects.toThrow("nobody answers");
});

function refusal(code: "conflict" | "engine-fault" | "unavailable"): EngineError {
  return new EngineError({ code, message: "nobody answers", doing: "probing container 1" });
}
