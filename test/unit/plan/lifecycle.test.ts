import { describe, expect, test } from "vitest";
import type { ContainerState, ObservedContainer, Snapshot } from "../../../src/observe/snapshot.ts";
import { killing, pausing, removing, unpausing } from "../../../src/plan/container-verbs.ts";
import type { Plan } from "../../../src/plan/plan.ts";
import { renderPlan } from "../../../src/plan/render.ts";
import { restarting } from "../../../src/plan/restarting.ts";
import { starting } from "../../../src/plan/starting.ts";
import { dependsOn, sampleProject } from "../../support/sample-project.ts";
import { emptySnapshot } from "../../support/simulate-plan.ts";

type State = ContainerState | `running, ${NonNullable<ObservedContainer["health"]>}`;

/** Containers of the project `app` by short name; `run-…` is a one-off. */
function snapshotOf(states: Readonly<Record<string, State>>): Snapshot {
  return { ...emptySnapshot("app"), containers: Object.entries(states).map(([name, state]) => container(name, state)) };
}

function container(shortName: string, state: State): ObservedContainer {
  const [, service = "", rest = ""] = /^(\w+)-(.*)$/.exec(shortName) ?? [];
  const [word, health] = state.split(", ");
  const isOneOff = rest.startsWith("run-");
  return {
    id: `id-of-${shortName}`,
    name: `app-${shortName}`,
    service,
    ...(isOneOff ? {} : { number: Number(rest) }),
    isOneOff,
    state: word as ContainerState,
    ...(health === undefined ? {} : { health: health as "healthy" }),
    ...(word === "exited" ? { exitCode: 0 } : {}),
    image: `${service}:1`,
    imageId: "sha256:1",
    labels: {},
    networks: {},
    networkMode: "",
    mounts: [],
    ports: [],
    createdAtSeconds: 0,
    status: state,
  };
}

const hook = { command: ["x"] };
const project = sampleProject({
  services: {
    web: { dependsOn: { api: dependsOn("started") } },
    api: { dependsOn: { db: dependsOn("healthy", { restart: true }) }, preStop: [hook], postStart: [hook] },
    db: {},
  },
});
const lines = (plan: Plan): string[] => renderPlan(plan, { withOrder: true });
const all = (): boolean => true;

describe("start", () => {
  test.each([
    {
      when: "everything stopped",
      states: { "db-1": "exited", "api-1": "exited", "api-2": "created", "web-1": "exited" },
      plan: [
        "#1 start db-1: is exited",
        "#2 wait for db to be healthy: depends_on condition service_healthy <- #1",
        "#3 start api-1: is exited <- #2",
        "#4 run post_start hook of api: post_start <- #3",
        "#5 start api-2: is created <- #2",
        "#6 run post_start hook of api: post_start <- #5",
        "#7 start web-1: is exited <- #4, #6",
      ],
    },
    { when: "all runs", states: { "db-1": "running", "api-1": "running", "web-1": "running" }, plan: [] },
    {
      when: "a dependency is known to be healthy",
      states: { "db-1": "running, healthy", "api-1": "exited", "web-1": "running" },
      plan: ["#1 start api-1: is exited", "#2 run post_start hook of api: post_start <- #1"],
    },
    {
      when: "one is paused",
      states: { "db-1": "paused", "api-1": "running", "web-1": "running" },
      plan: ["#1 unpause db-1: is paused"],
    },
    {
      when: "a one-off has ended",
      states: { "db-1": "running", "api-1": "running", "web-1": "running", "web-run-1": "exited" },
      plan: [],
    },
  ] as const)("brings up what does not run, in order, when $when", ({ states, plan }) => {
    expect(lines(starting(project, snapshotOf(states), {}))).toEqual(plan);
  });

  test("starts what a named service depends on, and nothing else", () => {
    const stopped = snapshotOf({ "db-1": "exited", "api-1": "exited", "web-1": "exited" });
    expect(lines(starting(project, stopped, { services: ["db"] }))).toEqual(["#1 start db-1: is exited"]);
  });

  test("refuses services that have no container, before anything is done", () => {
    expect(() => starting(project, snapshotOf({ "db-1": "exited" }), {})).toThrow(
      'service "api" has no container to start\nservice "web" has no container to start',
    );
  });

  test("waits at the end for what is not known to be there", () => {
    const snapshot = snapshotOf({ "db-1": "running", "api-1": "running, starting", "web-1": "exited" });
    expect(lines(starting(project, snapshot, { wait: true }))).toEqual([
      "#1 start web-1: is exited",
      "#2 wait for api to be running or healthy: --wait",
      "#3 wait for web to be running or healthy: --wait <- #1",
    ]);
  });
});

describe("restart", () => {
  const running = snapshotOf({ "db-1": "running", "api-1": "running", "web-1": "exited" });

  test("takes along only dependents that ask for it, with their hooks", () => {
    expect(lines(restarting(project, running, { services: ["db"] }))).toEqual([
      "#1 restart db-1: restart",
      "#2 wait for db to be healthy: depends_on condition service_healthy <- #1",
      "#3 run pre_stop hook of api: pre_stop <- #2",
      "#4 restart api-1: restart <- #3",
      "#5 run post_start hook of api: post_start <- #4",
    ]);
  });

  test("leaves them out when told so", () => {
    expect(lines(restarting(project, running, { services: ["db"], noDependents: true }))).toEqual([
      "#1 restart db-1: restart",
    ]);
  });

  test("starts what has stopped, and runs no hook in it before", () => {
    const stopped = snapshotOf({ "db-1": "running, healthy", "api-1": "exited" });
    expect(lines(restarting(project, stopped, { services: ["api"] }))).toEqual([
      "#1 restart api-1: restart",
      "#2 run post_start hook of api: post_start <- #1",
    ]);
  });
});

describe("kill, pause and unpause", () => {
  const mixed = snapshotOf({ "api-1": "running", "api-2": "paused", "db-1": "exited", "web-1": "restarting" });

  test("send a signal to whatever has a process", () => {
    expect(lines(killing(mixed, all, "SIGTERM"))).toEqual([
      "#1 send SIGTERM to api-1: kill",
      "#2 send SIGTERM to api-2: kill",
      "#3 send SIGTERM to web-1: kill",
    ]);
  });

  test("freeze what runs, and only once", () => {
    const plan = pausing(mixed, all);
    expect(lines(plan)).toEqual(["#1 pause api-1: pause"]);
    expect(plan.unchanged).toEqual([{ resource: "container", name: "app-api-2", text: "Paused" }]);
  });

  test("let go on what is frozen", () => {
    expect(lines(unpausing(mixed, all))).toEqual(["#1 unpause api-2: unpause"]);
  });
});

describe("rm", () => {
  const mixed = snapshotOf({ "db-1": "running", "api-1": "running", "api-2": "exited", "web-1": "created" });

  test("leaves alone what runs", () => {
    expect(lines(removing(project, mixed, all, {}))).toEqual(["#1 remove web-1: rm", "#2 remove api-2: rm <- #1"]);
  });

  test("stops what runs when told so, dependents first, with their hooks", () => {
    expect(lines(removing(project, mixed, all, { stop: true }))).toEqual([
      "#1 remove web-1: rm",
      "#2 run pre_stop hook of api: pre_stop <- #1",
      "#3 stop api-1: rm <- #2",
      "#4 remove api-1: rm <- #3",
      "#5 remove api-2: rm <- #1",
      "#6 stop db-1: rm <- #4, #5",
      "#7 remove db-1: rm <- #6",
    ]);
  });
});
