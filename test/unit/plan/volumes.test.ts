import { describe, expect, test } from "vitest";
import { reconcile } from "../../../src/plan/reconcile.ts";
import { renderPlan } from "../../../src/plan/render.ts";
import { converged, planned } from "../../support/planned.ts";
import { sampleProject, type Sample } from "../../support/sample-project.ts";
import { emptySnapshot, observedImage, simulate } from "../../support/simulate-plan.ts";

const db = { image: "db:1", volumes: [{ type: "volume", source: "data", target: "/data" }] } as const;

describe("volumes", () => {
  const changed: Sample = { services: { db }, volumes: { data: { labels: { tier: "1" } } } };

  test("that changed are kept, for they hold data, and told", () => {
    const plan = reconcile(sampleProject(changed), converged({ services: { db }, volumes: { data: {} } }));
    expect(plan.steps).toEqual([]);
    expect(plan.remarks).toEqual([
      'volumes.data: labels.tier (none) -> 1; "app_data" is kept as it is, replacing it would lose its data',
    ]);
  });

  test("are replaced when asked for, after whoever uses them is gone", () => {
    const snapshot = converged({ services: { db }, volumes: { data: {} } });
    const plan = reconcile(sampleProject(changed), snapshot, { recreateVolumes: true });
    expect(renderPlan(plan, { withOrder: true })).toEqual([
      "#1 stop old db-1: volume data is replaced",
      "#2 remove old db-1: volume data is replaced <- #1",
      "#3 remove volume data: labels.tier (none) -> 1 <- #2",
      "#4 create volume data: labels.tier (none) -> 1 <- #3",
      "#5 recreate db-1: volume data is replaced <- #4",
      "#6 start db-1: recreated <- #5",
    ]);
    expect(planned(sampleProject(changed), simulate(plan, snapshot))).toEqual([]);
  });
});

describe("images mounted as volumes", () => {
  const sample: Sample = {
    services: {
      web: { volumes: [{ type: "image", source: "tools", target: "/tools" }] },
      tools: { build: { context: "." } },
    },
  };
  const project = sampleProject(sample);

  test("are those of a service where it names one, and are made first", () => {
    const plan = reconcile(project, emptySnapshot("app"));
    expect(renderPlan(plan, { withOrder: true }).find((line) => line.includes("create web-1"))).toBe(
      "#5 create web-1: missing <- #3",
    );
    expect(planned(project, simulate(plan, emptySnapshot("app")))).toEqual([]);
  });

  test("recreate who mounts them when they moved, or may have moved", () => {
    const snapshot = converged(sample);
    const built = planned(project, snapshot, { build: "always", services: ["tools"] });
    expect(built).toContain("recreate web-1: new image (only if image tools changed)");
    const moved = {
      ...snapshot,
      images: { ...snapshot.images, "app-tools": observedImage("x", { id: "sha256:0123456789abcdef" }) },
    };
    expect(planned(project, moved).find((line) => line.startsWith("recreate web-1"))).toMatch(
      /^recreate web-1: volumes\.\/tools image app-tools \w{12} -> 0123456789ab$/,
    );
  });
});
