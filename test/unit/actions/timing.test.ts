import { expect, test } from "vitest";
import { criticalPath, type Span, Stopwatch } from "../../../src/actions/timing.ts";
import type { StepInfo } from "../../../src/events.ts";
import { timingLines } from "../../../src/cli/view/timing.ts";
import { reconcile } from "../../../src/plan/reconcile.ts";
import { engineWith } from "../../support/planned.ts";
import { dependsOn, sampleProject } from "../../support/sample-project.ts";

const project = sampleProject({
  services: { db: {}, cache: {}, web: { dependsOn: { db: dependsOn("healthy"), cache: dependsOn("started") } } },
});
const plan = reconcile(project, engineWith(project));

/** Spans of the plan's steps, found by what is done. */
function spans(times: Readonly<Record<string, readonly [number, number]>>): Map<number, Span> {
  return new Map(
    plan.steps.flatMap(({ id, operation }) => {
      const what = "container" in operation ? operation.container : "finalName" in operation ? operation.finalName : "";
      const [beganMs, endedMs] = times[`${operation.kind} ${what}`.trim()] ?? [];
      return beganMs === undefined || endedMs === undefined ? [] : [[id, { beganMs, endedMs }] as const];
    }),
  );
}

const measured = spans({
  "create-network": [0, 50],
  "create-container app-cache-1": [50, 90],
  "create-container app-db-1": [50, 100],
  "create-container app-web-1": [50, 110],
  "start-container app-cache-1": [90, 300],
  "start-container app-db-1": [100, 250],
  "await-containers": [250, 1250],
  "start-container app-web-1": [1250, 1400],
});

test("the critical path leads from the first step to the last, always by the one that was waited for", () => {
  expect(timingLines(criticalPath(plan, measured))).toEqual([
    "Timing: 1.400s, of which the critical path:",
    "    0.050s  create network default",
    "    0.050s  create db-1",
    "    0.150s  start db-1",
    "    1.000s  wait for db to be healthy",
    "    0.150s  start web-1",
    "  costliest dependency: web waited 0.950s for db (68 %)",
  ]);
});

test("without anything done there is no path", () => {
  expect(timingLines(criticalPath(plan, new Map()))).toEqual(["Timing: nothing had to be done"]);
});

test("a step about several containers lasts until the last of them", () => {
  let now = 1000;
  const stopwatch = new Stopwatch({ now: () => (now += 10) });
  const step: StepInfo = { id: 4, operation: "x", resource: "container", name: "a", doing: "", done: "", cause: "" };
  const emit = stopwatch.listening(() => {});
  emit({ kind: "step-started", step });
  emit({ kind: "step-started", step });
  emit({ kind: "step-succeeded", step });
  emit({ kind: "step-succeeded", step });
  expect(stopwatch.spans.get(4)).toEqual({ beganMs: 0, endedMs: 20 });
});
