import { describe, expect, test } from "vitest";
import type { HostConfig } from "../../../src/docker-api/container.ts";
import type { Service } from "../../../src/compose/project.ts";
import type { Snapshot } from "../../../src/observe/snapshot.ts";
import { liveDifference } from "../../../src/plan/live-change.ts";
import { reconcile } from "../../../src/plan/reconcile.ts";
import { converged, planned } from "../../support/planned.ts";
import { sampleProject } from "../../support/sample-project.ts";
import { simulate } from "../../support/simulate-plan.ts";

const web = (service: Partial<Service>) => sampleProject({ services: { web: service } });
const made = (service: Partial<Service>): Snapshot => converged({ services: { web: service } });
const limited = (memoryBytes: number): Partial<Service> => ({ deploy: { resources: { limits: { memoryBytes } } } });

describe("a container stays", () => {
  test.each<{ what: string; from: Partial<Service>; to: Partial<Service>; line: string }>([
    {
      what: "its memory limit",
      from: { memLimitBytes: 64 },
      to: { memLimitBytes: 128 },
      line: "mem_limit 64 -> 128",
    },
    { what: "a limit of deploy", from: limited(64), to: limited(128), line: "mem_limit 64 -> 128" },
    { what: "its share of processors", from: { cpus: 1 }, to: { cpus: 2 }, line: "cpus 1000000000 -> 2000000000" },
    { what: "its number of processes", from: { pidsLimit: 5 }, to: { pidsLimit: 6 }, line: "pids_limit 5 -> 6" },
    { what: "its restart policy", from: {}, to: { restart: "always" }, line: "restart (none) -> always" },
    { what: "no restart policy", from: { restart: "always" }, to: {}, line: "restart always -> (none)" },
  ])("and is updated when what changes is $what", ({ from, to, line }) => {
    const before = made(from);
    expect(planned(web(to), before)).toEqual([`update web-1: ${line}`]);

    const after = simulate(reconcile(web(to), before), before);
    expect(planned(web(to), after), "a second up").toEqual([]);
    expect(planned(web(from), after), "taken back").toHaveLength(1);
  });

  test.each<Partial<Service>>([
    { develop: { watch: [{ path: ".", action: "rebuild" }] } },
    { stopGracePeriodNs: 5e9 },
    { postStart: [{ command: ["true"] }] },
    { preStop: [{ command: ["true"] }] },
    { attach: false },
    { deploy: { updateConfig: { order: "start-first" }, labels: { a: "b" } } },
  ])("and nothing is done when what changes is %j", (change) => {
    expect(planned(web(change), made({}))).toEqual([]);
    expect(planned(web({}), made(change))).toEqual([]);
  });

  test.each<{ from: Partial<Service>; to: Partial<Service>; line: string }>([
    { from: {}, to: { memLimitBytes: 64 }, line: "recreate web-1: mem_limit (none) -> 64" },
    { from: { memLimitBytes: 64 }, to: {}, line: "recreate web-1: mem_limit 64 -> (none)" },
  ])("but not where a limit comes or goes: $line", ({ from, to, line }) => {
    expect(planned(web(to), made(from))).toContain(line);
  });

  test("but not with --no-recreate or --force-recreate, which ask for something else", () => {
    const snapshot = made({ restart: "always" });
    expect(planned(web({}), snapshot, { recreate: "never" })).toEqual([]);
    expect(planned(web({}), snapshot, { recreate: "force" })).toContain("recreate web-1: --force-recreate");
  });
});

test("what stops is given the time that the file says now", () => {
  const plan = reconcile(web({ stopGracePeriodNs: 7e9, user: "1" }), made({}));
  expect(plan.steps.map(({ operation }) => operation)).toContainEqual(expect.objectContaining({ graceMs: 7000 }));
});

test("a container of Docker Compose, whose labels do not tell what can stay, is made anew as Docker Compose would", () => {
  const snapshot = made({});
  const [container] = snapshot.containers;
  if (container === undefined) throw new Error("no container");
  const { "io.tscompose.fixed-hash": _, ...labels } = container.labels;
  const theirs = { ...snapshot, containers: [{ ...container, labels }] };
  expect(planned(web({ stopGracePeriodNs: 5e9 }), theirs)).toContain("recreate web-1: stop_grace_period (none) -> 5s");
});

test.each<{ what: string; wanted: HostConfig; actual: HostConfig; body: HostConfig | undefined }>([
  {
    what: "the swap limit moves along where the engine had doubled the memory limit",
    wanted: { Memory: 128 },
    actual: { Memory: 64, MemorySwap: 128 },
    body: { Memory: 128, MemorySwap: 256 },
  },
  {
    what: "no swap limit stays none",
    wanted: { Memory: 128 },
    actual: { Memory: 64, MemorySwap: -1 },
    body: { Memory: 128 },
  },
  {
    what: "a limit that the engine could not set is no difference",
    wanted: { Memory: 64 },
    actual: {},
    body: undefined,
  },
  { what: "a limit of the engine's own is no difference", wanted: {}, actual: { PidsLimit: 2048 }, body: undefined },
])("$what", ({ wanted, actual, body }) => {
  expect(liveDifference(wanted, actual).update?.body).toEqual(body);
});

test("period and quota that Podman makes of cpus are no difference", () => {
  const actual = { NanoCpus: 5e8, CpuPeriod: 100_000, CpuQuota: 50_000 };
  expect(liveDifference({ NanoCpus: 5e8 }, actual)).toEqual({ update: undefined, needsNew: [] });
  expect(liveDifference({ NanoCpus: 25e7 }, actual).update?.body).toEqual({
    NanoCpus: 25e7,
    CpuPeriod: 100_000,
    CpuQuota: 25_000,
  });
});

test("the number of processes that Podman allows by itself is no difference", () => {
  expect(liveDifference({}, { PidsLimit: 2048 }).needsNew).toEqual([]);
  expect(liveDifference({}, { PidsLimit: 50 }).needsNew).toEqual(["pids_limit 50 -> (none)"]);
});
