import { describe, expect, test } from "vitest";
import { reconcile } from "../../../src/plan/reconcile.ts";
import { converged, planned } from "../../support/planned.ts";
import { dependsOn, sampleProject, type Sample } from "../../support/sample-project.ts";
import { simulate } from "../../support/simulate-plan.ts";

describe("scale", () => {
  const of = (scale: number, more: object = {}): Sample => ({ services: { web: { scale, ...more } } });

  test("adds the numbers after the highest", () => {
    const snapshot = converged(of(2));
    const withGap = { ...snapshot, containers: snapshot.containers.filter(({ number }) => number !== 1) };
    expect(planned(sampleProject(of(2)), withGap)).toEqual(["create web-3: scale 1 -> 2", "start web-3: created"]);
  });

  test("takes the highest numbers away first", () => {
    expect(planned(sampleProject(of(1)), converged(of(3)))).toEqual([
      "stop web-3: scale 3 -> 1",
      "remove web-3: scale 3 -> 1",
      "stop web-2: scale 3 -> 1",
      "remove web-2: scale 3 -> 1",
    ]);
  });

  test("takes obsolete replicas away before up-to-date ones", () => {
    const older = converged(of(1, { environment: { OLD: "1" } }));
    const project = sampleProject(of(2));
    const mixed = simulate(reconcile(project, older, { recreate: "never" }), older);
    expect(planned(sampleProject(of(1)), mixed)).toEqual(["stop web-1: scale 2 -> 1", "remove web-1: scale 2 -> 1"]);
  });

  test("asked for by flag wins over the file", () => {
    expect(planned(sampleProject(of(1)), converged(of(1)), { scale: { web: 0 } })).toEqual([
      "stop web-1: scale 1 -> 0",
      "remove web-1: scale 1 -> 0",
    ]);
  });
});

test.each(["diverged", "never"] as const)("what somebody is removing is made anew (%s)", (recreate) => {
  const sample: Sample = { services: { web: {} } };
  const going = converged(sample, { states: { "app-web-1": { state: "removing" } } });
  expect(planned(sampleProject(sample), going, { recreate })).toEqual([
    "recreate web-1: being removed",
    "remove old web-1: replaced",
    "rename to web-1: replaced",
    "start web-1: recreated",
  ]);
});

describe("jobs that others wait for", () => {
  const sample = (environment: Record<string, string> = {}): Sample => ({
    services: { app: { environment, dependsOn: { job: dependsOn("completed_successfully") } }, job: {} },
  });
  const done = { states: { "app-job-1": { state: "exited", exitCode: 0 } } } as const;

  test("are not run again while nothing waits for them", () => {
    expect(planned(sampleProject(sample()), converged(sample(), done))).toEqual([]);
  });

  test("are run again before a dependent starts", () => {
    const plan = planned(sampleProject(sample({ A: "1" })), converged(sample(), done));
    expect(plan.slice(-3)).toEqual([
      "start job-1: app waits for it to complete",
      "wait for job to be completed: depends_on condition service_completed_successfully",
      "start app-1: recreated",
    ]);
  });

  test("are run again when they failed", () => {
    const failed = { states: { "app-job-1": { state: "exited", exitCode: 1 } } } as const;
    expect(planned(sampleProject(sample()), converged(sample(), failed))).toEqual(["start job-1: exited (1)"]);
  });
});
