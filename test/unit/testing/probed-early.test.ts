import { expect, test } from "vitest";
import { reconcile } from "../../../src/plan/reconcile.ts";
import { probedEarly } from "../../../src/testing/probed-early.ts";
import { engineWith } from "../../support/planned.ts";
import { sampleProject } from "../../support/sample-project.ts";

const test5s = { test: ["CMD", "true"], intervalNs: 5e9 };

/** How often each service is asked from here. */
function intervals(apiVersion: string): Record<string, number | undefined> {
  const project = sampleProject({
    services: {
      own: { healthcheck: test5s },
      told: { healthcheck: { ...test5s, startIntervalNs: 1e9, startPeriodNs: 5e9 } },
      often: { healthcheck: { ...test5s, intervalNs: 100e6 } },
      never: { healthcheck: { disable: true } },
      ofImage: {},
    },
  });
  const plan = reconcile(project, engineWith(project), { wait: true });
  const steps = probedEarly(plan, project, { apiVersion }).steps.map(({ operation }) => operation);
  return Object.fromEntries(
    steps.flatMap((step) => (step.kind === "await-containers" ? [[step.service, step.probeEveryMs] as const] : [])),
  );
}

test("health checks are run from here where the engine knows no interval of the start", () => {
  expect(intervals("1.41")).toEqual({ own: 200, told: 1000, often: undefined, never: undefined, ofImage: 200 });
});

test("where it knows one, only those that the image alone knows", () => {
  expect(intervals("1.44")).toEqual({
    own: undefined,
    told: undefined,
    often: undefined,
    never: undefined,
    ofImage: 200,
  });
});
