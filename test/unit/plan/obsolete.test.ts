import { describe, expect, test } from "vitest";
import type { ReconcileOptions } from "../../../src/plan/options.ts";
import { reconcile } from "../../../src/plan/reconcile.ts";
import { renderPlan } from "../../../src/plan/render.ts";
import { ancestors, converged, planned } from "../../support/planned.ts";
import { dependsOn, sampleProject, type Sample } from "../../support/sample-project.ts";
import { observedImage } from "../../support/simulate-plan.ts";

const web = { image: "web:1", dependsOn: { db: dependsOn("healthy", { restart: true }) } };

const db = { image: "db:1", volumes: [{ type: "volume", source: "data", target: "/data" }] } as const;

const shop: Sample = { services: { web, db }, volumes: { data: {} } };

describe("a changed service", () => {
  test.each<{ what: string; change: object; cause: string }>([
    { what: "an environment value", change: { environment: { PORT: "81" } }, cause: "environment.PORT 80 -> 81" },
    { what: "a value that went away", change: { environment: {} }, cause: "environment.PORT 80 -> (none)" },
    {
      what: "a secret value",
      change: { environment: { PORT: "80", DB_PASSWORD: "x" } },
      cause: "environment.DB_PASSWORD (none) -> ***",
    },
    {
      what: "a password in an address",
      change: { environment: { PORT: "80", URL: "postgres://me:secret@db/app" } },
      cause: "environment.URL (none) -> postgres://me:***@db/app",
    },
    {
      what: "a proxy that asks for a password",
      change: { environment: { PORT: "80", https_proxy: "http://me:secret@proxy:3128" } },
      cause: "environment.https_proxy (none) -> http://me:***@proxy:3128",
    },
    { what: "the image", change: { image: "web:2" }, cause: "image web:1 -> web:2" },
    { what: "the command", change: { command: ["sleep", "2"] }, cause: "command (none) -> sleep 2" },
    { what: "a label", change: { labels: { tier: "front" } }, cause: "labels.tier (none) -> front" },
    {
      what: "a port",
      change: { ports: [{ target: 80, published: "8080" }] },
      cause: "expose (none) -> 80/tcp, ports (none) -> 8080:80/tcp",
    },
    { what: "a limit", change: { memLimitBytes: 1024 }, cause: "mem_limit (none) -> 1024" },
    {
      what: "a bind mount",
      change: { volumes: [{ type: "bind", source: "/a", target: "/b" }] },
      cause: "volumes./b (none) -> /a",
    },
    {
      what: "an alias",
      change: { networks: { default: { aliases: ["www"] } } },
      cause: "networks.app_default.aliases app-web-1 web -> app-web-1 web www",
    },
    {
      what: "what no container tells",
      change: { preStart: [{ command: ["migrate"] }] },
      cause: "definition changed in what a container does not tell (pre_start, an engine's default …)",
    },
  ])("is recreated with the cause told down to the field: $what", ({ change, cause }) => {
    const before = { services: { web: { environment: { PORT: "80" } } } };
    const after = sampleProject({ services: { web: { environment: { PORT: "80" }, ...change } } });
    const plan = planned(after, {
      ...converged(before),
      images: { ...converged(before).images, "web:2": observedImage("web:2") },
    });
    expect(plan).toContain(`recreate web-1: ${cause}`);
  });

  test("is made under a temporary name first, and takes over when the old one is gone", () => {
    const after = sampleProject({ services: { web: { environment: { A: "1" } } } });
    expect(renderPlan(reconcile(after, converged({ services: { web: {} } })), { withOrder: true })).toEqual([
      "#1 recreate web-1: environment.A (none) -> 1",
      "#2 stop old web-1: replaced <- #1",
      "#3 remove old web-1: replaced <- #2",
      "#4 rename to web-1: replaced <- #3",
      "#5 start web-1: recreated <- #4",
    ]);
  });

  test("has its dependents stopped first, and started after it is ready again", () => {
    const changed = { ...shop, services: { web, db: { ...db, environment: { A: "1" } } } };
    expect(renderPlan(reconcile(sampleProject(changed), converged(shop)), { withOrder: true })).toEqual([
      "#1 recreate db-1: environment.A (none) -> 1",
      "#2 stop web-1: db is recreated <- #1",
      "#3 stop old db-1: replaced <- #2",
      "#4 remove old db-1: replaced <- #3",
      "#5 rename to db-1: replaced <- #4",
      "#6 start db-1: recreated <- #5",
      "#7 wait for db to be healthy: depends_on condition service_healthy <- #6",
      "#8 start web-1: db is recreated <- #7",
    ]);
  });

  test("stops nothing before everything new exists", () => {
    const before = { services: { a: {}, b: {} } };
    const after = sampleProject({ services: { a: { image: "a:2" }, b: { environment: { X: "1" } }, c: {} } });
    const plan = reconcile(after, converged(before));
    const stops = plan.steps.filter(({ operation }) => operation.kind === "stop-container");
    const creates = plan.steps.filter(({ operation }) => ["create-container", "pull-image"].includes(operation.kind));
    expect(stops.length).toBe(2);
    for (const stop of stops)
      expect(ancestors(plan.steps, stop.id)).toEqual(expect.arrayContaining(creates.map(({ id }) => id)));
  });

  test("is left alone with --no-recreate, and replaced though unchanged with --force-recreate", () => {
    const snapshot = converged({ services: { web: {} } });
    const changed = sampleProject({ services: { web: { environment: { A: "1" } } } });
    expect(planned(changed, snapshot, { recreate: "never" })).toEqual([]);
    expect(planned(sampleProject({ services: { web: {} } }), snapshot, { recreate: "force" })[0]).toBe(
      "recreate web-1: --force-recreate",
    );
  });

  test("keeps its anonymous volumes, unless told to renew them", () => {
    const volumes = [{ type: "volume", target: "/data" }] as const;
    const snapshot = converged({ services: { web: { volumes } } });
    const source = snapshot.containers[0]?.mounts[0]?.source;
    const project = sampleProject({ services: { web: { volumes, environment: { A: "1" } } } });
    const mounts = (options?: ReconcileOptions): unknown =>
      reconcile(project, snapshot, options).steps.flatMap(({ operation }) =>
        operation.kind === "create-container" ? operation.body.HostConfig?.Mounts : [],
      );
    expect(mounts()).toEqual([{ Type: "volume", Source: source, Target: "/data" }]);
    expect(mounts({ renewAnonymousVolumes: true })).toEqual([{ Type: "volume", Target: "/data" }]);
  });

  test("pulls along whoever shares its namespace", () => {
    const services = (environment: Record<string, string>) => ({ a: { networkMode: "service:b" }, b: { environment } });
    const plan = planned(sampleProject({ services: services({ X: "1" }) }), converged({ services: services({}) }));
    expect(plan.filter((line) => line.startsWith("recreate"))).toEqual([
      "recreate b-1: environment.X (none) -> 1",
      "recreate a-1: network_mode: b is recreated",
    ]);
  });
});
