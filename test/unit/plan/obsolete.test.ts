import { describe, expect, test } from "vitest";
import type { ReconcileOptions } from "../../../src/plan/options.ts";
import { reconcile } from "../../../src/plan/reconcile.ts";
import { renderPlan } from "../../../src/plan/render.ts";
import { teardown } from "../../../src/plan/teardown.ts";
import { ancestors, converged, planned } from "../../support/planned.ts";
import { dependsOn, sampleProject, type Sample } from "../../support/sample-project.ts";
import { emptySnapshot, observedImage, simulate } from "../../support/simulate-plan.ts";

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

  test("leaves them to a successor with which they go when volumes are to go", () => {
    const volumes = [{ type: "volume", target: "/data" }] as const;
    const before = converged({ services: { web: { volumes } } });
    const source = before.containers[0]?.mounts[0]?.source ?? "";
    const project = sampleProject({ services: { web: { volumes, environment: { A: "1" } } } });
    const once = simulate(reconcile(project, before), before);
    const twice = simulate(reconcile(project, once, { recreate: "force" }), once);
    for (const snapshot of [once, twice]) {
      expect(snapshot.containers[0]?.mounts).toEqual([{ type: "volume", source, target: "/data" }]);
      expect(renderPlan(teardown(project, snapshot, { volumes: true }), { withOrder: true })).toEqual([
        "#1 stop web-1: down",
        "#2 remove web-1: down <- #1",
        `#3 remove volume ${source}: down <- #2`,
        "#4 remove network default: down <- #2",
      ]);
      expect(renderPlan(teardown(project, snapshot)).filter((line) => line.includes("volume"))).toEqual([]);
      expect(planned(project, snapshot, { renewAnonymousVolumes: true })).toContain(
        `remove volume ${source}: replaced`,
      );
      expect(planned(project, snapshot, { scale: { web: 0 } })).toContain(`remove volume ${source}: scale 1 -> 0`);
    }
  });

  test("knows of them also when it has no use for them any more", () => {
    const before = converged({ services: { web: { volumes: [{ type: "volume", target: "/data" }] } } });
    const project = sampleProject({ services: { web: {} } });
    const after = simulate(reconcile(project, before), before);
    expect(after.containers[0]?.mounts).toEqual([]);
    expect(renderPlan(teardown(project, after, { volumes: true }))).toContain(
      `remove volume ${before.containers[0]?.mounts[0]?.source}: down`,
    );
  });

  test("knows nothing of what others have made, and it mounts as well", () => {
    const services = (environment: Record<string, string>): Sample["services"] => ({
      db: { volumes: [{ type: "volume", target: "/data" }] },
      web: { volumesFrom: ["db"], environment },
    });
    const made = converged({ services: services({}) });
    const [db] = made.containers;
    const before = {
      ...made,
      containers: made.containers.map((each) => ({ ...each, mounts: db?.mounts ?? [] })),
    };
    const project = sampleProject({ services: services({ A: "1" }) });
    const after = simulate(reconcile(project, before), before);
    expect(after.containers.flatMap(({ labels }) => labels["io.tscompose.anonymous-volumes"] ?? [])).toEqual([]);
  });

  test("takes nothing with it that has a name of its own, whatever the name", () => {
    const name = "0123456789abcdef".repeat(4);
    const named = { services: { web: { volumes: [{ type: "volume", source: "kept", target: "/data" }] } } } as const;
    const volumes = { kept: { name, isExternal: true } };
    const info = { Name: name, Driver: "local", Mountpoint: "", Labels: {}, Options: {}, Scope: "local" };
    const outside = { name, driver: "local", labels: {}, isOwned: false, info };
    const images = { "web:1": observedImage("web:1", { volumes: ["/data"] }) };
    const empty = { ...emptySnapshot("app"), images, volumes: [outside] };
    const withImage = simulate(reconcile(sampleProject({ ...named, volumes }), empty), empty);
    const project = sampleProject({ services: { web: {} } });
    const after = simulate(reconcile(project, withImage), withImage);
    expect(after.containers[0]?.mounts).toEqual([{ type: "volume", source: name, target: "/data" }]);
    expect(renderPlan(teardown(project, after, { volumes: true })).filter((line) => line.includes("volume"))).toEqual(
      [],
    );
  });

  test("pulls along whoever shares its namespace", () => {
    const services = (environment: Record<string, string>) => ({ a: { networkMode: "service:b" }, b: { environment } });
    const plan = planned(sampleProject({ services: services({ X: "1" }) }), converged({ services: services({}) }));
    expect(plan.filter((line) => line.startsWith("recreate"))).toEqual([
      "recreate b-1: environment.X (none) -> 1",
      "recreate a-1: network_mode: b is recreated",
    ]);
  });

  test.each([
    { kind: "recreated", recreate: "force", tells: true },
    { kind: "kept", recreate: "diverged", tells: false },
  ] as const)("tells of who shares its namespace and is left out ($kind)", ({ recreate, tells }) => {
    const sample: Sample = { services: { a: { networkMode: "service:b" }, b: {} } };
    const { services: disabledServices } = sampleProject({ services: { a: { networkMode: "service:b" } } });
    const onlyB = { ...sampleProject({ services: { b: {} } }), disabledServices };
    const { remarks } = reconcile(onlyB, converged(sample), { recreate });
    expect(remarks).toEqual(
      tells
        ? ["services.a.network_mode: its containers stay behind in what ends with b; name a, too, or run up for all"]
        : [],
    );
  });
});
