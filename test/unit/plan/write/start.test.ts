import { describe, expect, test } from "vitest";
import type { Service } from "../../../../src/compose/project.ts";
import { reconcile } from "../../../../src/plan/reconcile.ts";
import { renderPlan } from "../../../../src/plan/render.ts";
import { teardown } from "../../../../src/plan/teardown.ts";
import { ancestors, converged, engineWith, planned } from "../../../support/planned.ts";
import { dependsOn, sampleProject, type Sample } from "../../../support/sample-project.ts";
import { simulate } from "../../../support/simulate-plan.ts";

describe("dependencies", () => {
  test("that are optional hold nobody up when they fail", () => {
    const sample: Sample = {
      services: { web: { dependsOn: { db: dependsOn("healthy", { required: false }) } }, db: {} },
    };
    const project = sampleProject(sample);
    expect(renderPlan(reconcile(project, engineWith(project)), { withOrder: true }).slice(-3)).toEqual([
      "#4 start db-1: created <- #2",
      "#5 wait for db to be healthy: depends_on condition service_healthy <- #4 however it ends",
      "#6 start web-1: created <- #3, #5 however it ends",
    ]);
  });

  test("are awaited once for all who share them", () => {
    const waits = { dependsOn: { db: dependsOn("healthy") } };
    const project = sampleProject({ services: { a: waits, b: waits, db: {} } });
    expect(planned(project, engineWith(project)).filter((line) => line.startsWith("wait"))).toHaveLength(1);
  });

  test.each([[["a", "b"]], [["b", "a"]]])("are awaited once by %j, though only a cannot do without", (names) => {
    const waits = {
      a: { dependsOn: { db: dependsOn("healthy") } },
      b: { dependsOn: { db: dependsOn("healthy", { required: false }) } },
    };
    const ordered = Object.fromEntries(
      Object.entries(waits).toSorted(([x], [y]) => names.indexOf(x) - names.indexOf(y)),
    );
    const project = sampleProject({ services: { db: {}, ...ordered } });
    const { steps } = reconcile(project, engineWith(project));
    const [wait, ...others] = steps.filter(({ operation }) => operation.kind === "await-containers");
    expect([wait?.operation, ...others]).toMatchObject([{ service: "db", required: true }]);
    const startOf = (name: string): object | undefined =>
      steps.find(({ operation }) => operation.kind === "start-container" && operation.service === name);
    expect(startOf("a")).toMatchObject({ after: expect.arrayContaining([wait?.id]) });
    expect(startOf("b")).toMatchObject({ afterEnd: [wait?.id] });
  });

  test("with scale 0 are not awaited", () => {
    const project = sampleProject({ services: { a: { dependsOn: { db: dependsOn("healthy") } }, db: { scale: 0 } } });
    expect(planned(project, engineWith(project)).filter((line) => line.startsWith("wait"))).toEqual([]);
  });
});

describe("--wait", () => {
  test("waits for every service, for jobs to complete, and for nothing that is known already", () => {
    const sample: Sample = { services: { web: { dependsOn: { job: dependsOn("completed_successfully") } }, job: {} } };
    const project = sampleProject(sample);
    expect(planned(project, engineWith(project), { wait: true }).filter((line) => line.startsWith("wait"))).toEqual([
      "wait for job to be completed: depends_on condition service_completed_successfully",
      "wait for web to be running or healthy: --wait",
    ]);
    const snapshot = converged(sample, { states: { "app-job-1": { state: "exited", exitCode: 0 } } });
    expect(planned(project, snapshot, { wait: true })).toEqual([]);
  });
});

describe("hooks", () => {
  test("run after a start and before a stop, one after the other, before anyone who depends on it", () => {
    const hook = (word: string) => ({ command: ["echo", word] });
    const services = {
      web: { dependsOn: { db: dependsOn("started") } },
      db: { postStart: [hook("a"), hook("b")], preStop: [hook("c")] },
    };
    const project = sampleProject({ services });
    expect(renderPlan(reconcile(project, engineWith(project)), { withOrder: true }).slice(3)).toEqual([
      "#4 start db-1: created <- #2",
      "#5 run post_start hook of db: post_start <- #4",
      "#6 run post_start hook of db: post_start <- #5",
      "#7 start web-1: created <- #3, #6",
    ]);
    expect(planned(project, converged({ services }), { recreate: "force", services: ["db"] }).slice(0, 3)).toEqual([
      "recreate db-1: --force-recreate",
      "run pre_stop hook of db: pre_stop",
      "stop old db-1: replaced",
    ]);
  });
});

describe("pre_start hooks", () => {
  const sample = (more: Partial<Service> = {}): Sample => ({
    services: {
      web: {
        dependsOn: { db: dependsOn("healthy") },
        preStart: [{ image: "tool:1", command: ["migrate"] }, {}],
        ...more,
      },
      db: {},
    },
  });
  const healthy = { states: { "app-db-1": { state: "running", health: "healthy" } } } as const;

  test("run once the dependencies are ready, each in a container of its own that goes when it is done", () => {
    const project = sampleProject(sample({ scale: 2 }));
    expect(planned(project, engineWith(project)).slice(6)).toEqual([
      "wait for db to be healthy: depends_on condition service_healthy",
      "create web-pre_start-1: pre_start[0]",
      "start web-pre_start-1: pre_start[0]",
      "wait for web to be completed: pre_start[0]",
      "remove web-pre_start-1: pre_start[0]",
      "create web-pre_start-2: pre_start[1]",
      "start web-pre_start-2: pre_start[1]",
      "wait for web to be completed: pre_start[1]",
      "remove web-pre_start-2: pre_start[1]",
      "start web-1: created",
      "start web-2: created",
    ]);
    expect(planned(project, converged(sample({ scale: 2 }), healthy))).toEqual([]);
  });

  test("run again when the service is restarted, between its stop and its start", () => {
    const service = { preStart: [{}], dependsOn: { db: dependsOn("started", { restart: true }) } };
    const snapshot = converged({ services: { web: service, db: {} } });
    const changed = sampleProject({ services: { web: service, db: { environment: { A: "1" } } } });
    const plan = reconcile(changed, snapshot);
    const hook = plan.steps.find(
      ({ operation }) => operation.kind === "create-container" && operation.name.includes("pre"),
    );
    const stop = plan.steps.find(({ operation }) => operation.kind === "stop-container" && operation.service === "web");
    expect(ancestors(plan.steps, hook?.id ?? 0)).toContain(stop?.id);
  });

  test("do not run beside a replica that runs", () => {
    const plan = planned(sampleProject(sample({ scale: 2 })), converged(sample(), healthy));
    expect(plan).toEqual(["create web-2: scale 1 -> 2", "start web-2: created"]);
  });

  test("share the volumes of the replica, and the names of the service but not its addresses", () => {
    const networks = { default: { ipv4Address: "10.0.0.2", aliases: ["www"] } };
    const project = sampleProject(sample({ networks, ports: [{ target: 80, published: "80" }] }));
    const created = reconcile(project, engineWith(project)).steps.flatMap(({ operation }) =>
      operation.kind === "create-container" && operation.name.includes("pre_start-1") ? [operation.body] : [],
    );
    expect(created[0]).toMatchObject({
      Image: "tool:1",
      Cmd: ["migrate"],
      HostConfig: { VolumesFrom: ["{{container-id:app-web-1}}"] },
      NetworkingConfig: { EndpointsConfig: { app_default: { Aliases: ["app-web-pre_start-1", "web", "www"] } } },
    });
    expect(created[0]?.HostConfig?.PortBindings).toBeUndefined();
  });

  test("that failed are removed before they run again, and by down", () => {
    const project = sampleProject(sample());
    const plan = reconcile(project, engineWith(project));
    const failed = plan.steps.find(({ operation }) => operation.kind === "remove-container")?.id ?? 0;
    const broken = simulate(plan, engineWith(project), { ...healthy, until: failed });
    expect(broken.hookContainers.map(({ name }) => name)).toEqual(["app-web-pre_start-1"]);
    expect(planned(project, broken)).toContain("remove web-pre_start-1: left by an earlier pre_start");
    expect(simulate(teardown(project, broken), broken).hookContainers).toEqual([]);
    const repaired = simulate(reconcile(project, broken), broken, healthy);
    expect(planned(project, repaired)).toEqual([]);
  });
});
