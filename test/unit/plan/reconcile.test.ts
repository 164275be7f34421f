import { describe, expect, test } from "vitest";
import { reconcile } from "../../../src/plan/reconcile.ts";
import { converged, engineWith, planned, plannedInOrder } from "../../support/planned.ts";
import { dependsOn, sampleProject, type Sample } from "../../support/sample-project.ts";
import { emptySnapshot, simulate, type Simulation } from "../../support/simulate-plan.ts";

const web = { image: "web:1", dependsOn: { db: dependsOn("healthy", { restart: true }) } };

const db = { image: "db:1", volumes: [{ type: "volume", source: "data", target: "/data" }] } as const;

const shop: Sample = { services: { web, db }, volumes: { data: {} } };

describe("a first up", () => {
  test("has all images before it makes anything, makes everything before it starts anything, and starts in order", () => {
    expect(plannedInOrder(sampleProject(shop), emptySnapshot("app"))).toEqual([
      "#1 pull web:1: missing",
      "#2 pull db:1: missing",
      "#3 create network default: missing <- #1, #2",
      "#4 create volume data: missing <- #1, #2",
      "#5 create db-1: missing <- #3, #4",
      "#6 create web-1: missing <- #3",
      "#7 start db-1: created <- #5",
      "#8 wait for db to be healthy: depends_on condition service_healthy <- #7",
      "#9 start web-1: created <- #6, #8",
    ]);
  });

  test("starts nothing when told so", () => {
    const plan = planned(sampleProject(shop), engineWith(sampleProject(shop)), { start: false });
    expect(plan.filter((line) => line.startsWith("start") || line.startsWith("wait"))).toEqual([]);
  });

  test("pulls an image that two services share once", () => {
    const project = sampleProject({ services: { a: { image: "one:1" }, b: { image: "one:1" } } });
    expect(planned(project, emptySnapshot("app")).filter((line) => line.startsWith("pull"))).toEqual([
      "pull one:1: missing",
    ]);
  });
});

test.each<{ when: string; sample: Sample; simulation?: Simulation }>([
  {
    when: "two services depend on each other's state",
    sample: shop,
    simulation: { states: { "app-db-1": { state: "running", health: "healthy" } } },
  },
  { when: "there are many replicas", sample: { services: { web: { scale: 12 } } } },
  { when: "a service shares the network of another", sample: { services: { a: { networkMode: "service:b" }, b: {} } } },
  { when: "a service mounts what another mounts", sample: { services: { a: { volumesFrom: ["b:ro"] }, b: {} } } },
  { when: "a container has a name of its own", sample: { services: { web: { containerName: "box" } } } },
  {
    when: "a service joins two networks",
    sample: {
      services: { web: { networks: { back: null, front: { priority: 1 } } } },
      networks: { back: {}, front: {} },
    },
  },
  {
    when: "files are copied in",
    sample: {
      services: { web: { configs: [{ source: "c" }] } },
      configs: { c: { key: "c", name: "c", content: "x", isExternal: false } },
    },
  },
])("plans nothing after a plan was carried out when $when", ({ sample, simulation }) => {
  expect(planned(sampleProject(sample), converged(sample, simulation))).toEqual([]);
});

describe("an interrupted run", () => {
  test("converges wherever it was cut off", () => {
    const before = converged(shop);
    const project = sampleProject({
      ...shop,
      services: { web: { ...web, environment: { A: "1" } }, db: { ...db, environment: { B: "1" } } },
    });
    const plan = reconcile(project, before);
    for (const { id } of plan.steps) {
      const broken = simulate(plan, before, { until: id });
      const repaired = simulate(reconcile(project, broken), broken, {
        states: { "app-db-1": { state: "running", health: "healthy" } },
      });
      expect(planned(project, repaired), `cut off before #${id}`).toEqual([]);
      expect(
        repaired.containers.map(({ name }) => name),
        `cut off before #${id}`,
      ).toEqual(["app-db-1", "app-web-1"]);
    }
  });
});

describe("collisions are told before anything is done", () => {
  test.each<{ what: string; sample: Sample; message: string }>([
    {
      what: "two services of one name",
      sample: { services: { a: { containerName: "box" }, b: { containerName: "box" } } },
      message: 'services.b: container name "box" is also that of service a',
    },
    {
      what: "two services on one host port",
      sample: {
        services: {
          a: { ports: [{ target: 80, published: "80" }] },
          b: { ports: [{ target: 81, published: "80", hostIp: "127.0.0.1" }] },
        },
      },
      message: "services.b.ports: 80/tcp is already published by service a",
    },
    {
      what: "two replicas on one host port",
      sample: { services: { a: { scale: 2, ports: [{ target: 80, published: "80" }] } } },
      message: "services.a.ports: app-a-1 and app-a-2 cannot both publish 80/tcp",
    },
  ])("$what", ({ sample, message }) => {
    const project = sampleProject(sample);
    expect(() => reconcile(project, engineWith(project))).toThrow(message);
  });
});

describe("orphans", () => {
  const snapshot = converged({ services: { web: {}, old: {} } });
  const project = sampleProject({ services: { web: {} } });

  test("are told and left alone", () => {
    const plan = reconcile(project, snapshot);
    expect(plan.steps).toEqual([]);
    expect(plan.remarks[0]).toContain("app-old-1");
  });

  test("are removed when asked for", () => {
    expect(planned(project, snapshot, { removeOrphans: true })).toEqual([
      'stop old-1: orphan: no service "old"',
      'remove old-1: orphan: no service "old"',
    ]);
  });

  test("are not services that a profile leaves out", () => {
    const { old } = sampleProject({ services: { old: {} } }).services;
    const plan = reconcile({ ...project, disabledServices: old === undefined ? {} : { old } }, snapshot);
    expect(plan.remarks).toEqual([]);
  });
});
