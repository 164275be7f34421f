import { describe, expect, test } from "vitest";
import { reconcile } from "../../../src/plan/reconcile.ts";
import { renderPlan } from "../../../src/plan/render.ts";
import { converged, planned } from "../../support/planned.ts";
import { sampleProject, type Sample } from "../../support/sample-project.ts";
import { emptySnapshot, observedImage, simulate } from "../../support/simulate-plan.ts";

describe("images", () => {
  const built: Sample = { services: { web: { build: { context: "." } } } };

  test("are built when missing", () => {
    expect(planned(sampleProject(built), emptySnapshot("app"))).toEqual([
      "build app-web: missing",
      "create network default: missing",
      "create web-1: missing",
      "start web-1: created",
    ]);
  });

  test("of services with image and build are pulled, and built when the pull leaves them absent", () => {
    const project = sampleProject({ services: { web: { image: "web:1", build: { context: "." } } } });
    expect(planned(project, emptySnapshot("app")).slice(0, 2)).toEqual([
      "pull web:1: missing",
      "build web:1: missing (only if image web:1 is absent)",
    ]);
  });

  test("recreate on --build only if the build changed something", () => {
    const snapshot = converged(built);
    const plan = reconcile(sampleProject(built), snapshot, { build: "always" });
    expect(renderPlan(plan)).toEqual([
      "build app-web: --build",
      "recreate web-1: new image (only if image web changed)",
      "stop old web-1: replaced (only if image web changed)",
      "remove old web-1: replaced (only if image web changed)",
      "rename to web-1: replaced (only if image web changed)",
      "start web-1: recreated (only if image web changed)",
    ]);
    const same = simulate(plan, snapshot);
    expect(same.containers.map(({ id }) => id)).toEqual(snapshot.containers.map(({ id }) => id));
    const moved = simulate(plan, snapshot, { images: { "app-web": "sha256:new" } });
    expect(moved.containers[0]?.imageId).toBe("sha256:new");
    expect(planned(sampleProject(built), moved)).toEqual([]);
  });

  test("that Podman calls by their full names are still the same, and told when they moved", () => {
    const snapshot = converged({ services: { web: {} } });
    const containers = snapshot.containers.map((container) => {
      const { details } = container;
      if (details === undefined) return container;
      return { ...container, details: { ...details, Config: { ...details.Config, Image: "localhost/web:1" } } };
    });
    const project = sampleProject({ services: { web: {} } });
    expect(planned(project, { ...snapshot, containers })).toEqual([]);
    const moved = { "web:1": observedImage("web:1", { id: "sha256:bbbbbbbbbbbbbbbb" }) };
    expect(planned(project, { ...snapshot, containers, images: moved })[0]).toMatch(/^recreate web-1: image web:1 /);
  });

  test("that moved on the engine recreate their containers", () => {
    const snapshot = converged({ services: { web: {} } });
    const moved = { ...snapshot, images: { "web:1": observedImage("web:1", { id: "sha256:bbbbbbbbbbbbbbbb" }) } };
    expect(planned(sampleProject({ services: { web: {} } }), moved)[0]).toMatch(
      /^recreate web-1: image web:1 [0-9a-f]{12} -> bbbbbbbbbbbb$/,
    );
  });

  test.each([
    {
      policy: "never",
      build: undefined,
      message: 'services.web.image: "web:1" is not on the engine and pull policy never forbids pulling it',
    },
  ])("that nothing may provide are told before anything is done: $policy", ({ policy, message }) => {
    const project = sampleProject({ services: { web: { pullPolicy: policy } } });
    expect(() => reconcile(project, emptySnapshot("app"))).toThrow(message);
  });

  test.each([
    { policy: "daily", age: 2, pulls: true },
    { policy: "daily", age: 0.5, pulls: false },
    { policy: "every_36h", age: 2, pulls: true },
    { policy: "every_36h", age: 1, pulls: false },
    { policy: "weekly", age: 8, pulls: true },
    { policy: "weekly", age: 6, pulls: false },
    { policy: "if_not_present", age: 400, pulls: false },
    { policy: "never", age: 400, pulls: false },
    { policy: "always", age: 0, pulls: true },
    { policy: "missing", age: 400, pulls: false },
  ])("with pull policy $policy and $age days old: pulled $pulls", ({ policy, age, pulls }) => {
    const nowMs = Date.parse("2026-01-10T00:00:00Z");
    const lastTagTime = new Date(nowMs - age * 86_400_000).toISOString();
    const project = sampleProject({ services: { web: { pullPolicy: policy } } });
    const snapshot = { ...emptySnapshot("app"), images: { "web:1": observedImage("web:1", { lastTagTime }) } };
    const inputs = { nowMs, environment: {}, seccompProfiles: {} };
    expect(planned(project, snapshot, { inputs }).some((line) => line.startsWith("pull"))).toBe(pulls);
  });
});
