import { describe, expect, test } from "vitest";
import type { Service, UpdateConfig } from "../../../src/compose/project.ts";
import { reconcile } from "../../../src/plan/reconcile.ts";
import { converged, plannedInOrder } from "../../support/planned.ts";
import { dependsOn, sampleProject, type Sample } from "../../support/sample-project.ts";
import { simulate } from "../../support/simulate-plan.ts";

const shop = (version: string, web: Partial<Service> = {}, updateConfig?: UpdateConfig): Sample => ({
  services: {
    web: {
      scale: 2,
      environment: { VERSION: version },
      ...(updateConfig === undefined ? {} : { deploy: { updateConfig } }),
      ...web,
    },
  },
});

/** What replaces version 1 by version 2, without the steps that make the new containers. */
function rollout(updateConfig?: UpdateConfig, web: Partial<Service> = {}): string[] {
  const lines = plannedInOrder(sampleProject(shop("2", web, updateConfig)), converged(shop("1", web, updateConfig)));
  return lines.filter((line) => !line.includes(" recreate "));
}

describe("replicas that run", () => {
  test("are replaced one after another, each when the one before is fit to serve", () => {
    expect(rollout()).toEqual([
      "#3 stop old web-1: replaced <- #1, #2",
      "#4 remove old web-1: replaced <- #3",
      "#5 rename to web-1: replaced <- #4",
      "#6 start web-1: recreated <- #5",
      "#7 wait for web to be running or healthy: replicas are replaced one after another <- #6",
      "#8 stop old web-2: replaced <- #7",
      "#9 remove old web-2: replaced <- #8",
      "#10 rename to web-2: replaced <- #9",
      "#11 start web-2: recreated <- #10",
    ]);
  });

  test("are replaced as many at a time as parallelism says, with a delay in between", () => {
    const lines = rollout({ parallelism: 2, delayNs: 2e9 }, { scale: 3 });
    expect(lines.filter((line) => /stop|wait \d/.test(line))).toEqual([
      "#4 stop old web-1: replaced <- #1, #2, #3",
      "#9 stop old web-2: replaced <- #1, #2, #3",
      "#14 wait 2s: update_config.delay <- #8, #13",
      "#15 stop old web-3: replaced <- #14",
    ]);
  });

  test("are replaced all at once with a parallelism of 0", () => {
    const stops = rollout({ parallelism: 0 }).filter((line) => line.includes("stop"));
    expect(stops.map((line) => line.replace(/.* <- /, ""))).toEqual(["#1, #2", "#1, #2"]);
  });

  test("stop when the new one is proven fit, with start-first; the new one stops when it is not", () => {
    expect(rollout({ order: "start-first", monitorNs: 3e9 }, { scale: 1 })).toEqual([
      "#2 start web-1: recreated <- #1",
      "#3 wait for web to be running or healthy: update_config <- #2",
      "#4 watch over web-1 for 3s: update_config.monitor <- #3",
      "#5 stop web-1: not fit to serve (only if a step before fails) <- #2 however it ends, a failure of #2 or #3 or #4",
      "#6 stop old web-1: replaced <- #4",
      "#7 remove old web-1: replaced <- #6",
      "#8 rename to web-1: replaced <- #7",
    ]);
  });

  test("come back with failure_action rollback, and are removed only when all new ones are proven fit", () => {
    expect(rollout({ failureAction: "rollback" })).toEqual([
      "#3 stop old web-1: replaced <- #1, #2",
      "#4 start web-1: recreated <- #3",
      "#5 wait for web to be running or healthy: update_config <- #4",
      "#6 stop old web-2: replaced <- #5",
      "#7 start web-2: recreated <- #6",
      "#8 wait for web to be running or healthy: update_config <- #7",
      "#9 remove old web-1: replaced <- #8",
      "#10 rename to web-1: replaced <- #9",
      "#11 remove old web-2: replaced <- #8",
      "#12 rename to web-2: replaced <- #11",
      "#13 stop web-2: not fit to serve (only if a step before fails) <- #7 however it ends, a failure of #3 or #4 or #5 or #6 or #7 or #8",
      "#14 remove web-2: rolled back (only if a step before fails) <- #13 however it ends, a failure of #3 or #4 or #5 or #6 or #7 or #8",
      "#15 start web-2: rolled back (only if a step before fails) <- #6, #14 however it ends, a failure of #3 or #4 or #5 or #6 or #7 or #8",
      "#16 stop web-1: not fit to serve (only if a step before fails) <- #4 however it ends, a failure of #3 or #4 or #5 or #6 or #7 or #8",
      "#17 remove web-1: rolled back (only if a step before fails) <- #16 however it ends, a failure of #3 or #4 or #5 or #6 or #7 or #8",
      "#18 start web-1: rolled back (only if a step before fails) <- #3, #17 however it ends, a failure of #3 or #4 or #5 or #6 or #7 or #8",
    ]);
  });

  test("come back as few at a time as rollback_config says, and prove fit again", () => {
    const deploy = {
      updateConfig: { failureAction: "rollback", parallelism: 0 },
      rollbackConfig: { parallelism: 1, delayNs: 2e9, monitorNs: 1e9, order: "start-first" },
    };
    const lines = rollout(undefined, { deploy });
    const ofRollback = lines.slice(lines.findIndex((line) => line.includes("rolled back")));
    const condition = " (only if a step before fails)";
    expect(ofRollback.map((line) => line.replace(condition, "").replace(/, a failure .*| a failure .*/, ""))).toEqual([
      "#13 start web-2: rolled back <- #6, #7 however it ends",
      "#14 wait for web to be running or healthy: rollback_config <- #13",
      "#15 watch over web-2 for 1s: rollback_config.monitor <- #14",
      "#16 stop web-2: not fit to serve <- #15, #7 however it ends",
      "#17 remove web-2: rolled back <- #16 however it ends",
      "#18 wait 2s: rollback_config <- #17",
      "#19 start web-1: rolled back <- #3, #18, #4 however it ends",
      "#20 wait for web to be running or healthy: rollback_config <- #19",
      "#21 watch over web-1 for 1s: rollback_config.monitor <- #20",
      "#22 stop web-1: not fit to serve <- #21, #4 however it ends",
      "#23 remove web-1: rolled back <- #22 however it ends",
    ]);
    expect(ofRollback.every((line) => line.includes(condition))).toBe(true);
  });

  test("go on being replaced while no more of them fail than max_failure_ratio allows", () => {
    const lines = rollout({ maxFailureRatio: 0.5 });
    expect(lines.find((line) => line.includes("max_failure_ratio"))).toBe(
      "#8 wait 0s: update_config.max_failure_ratio (only if no more than 1 of the steps before fail) <- " +
        "#7 however it ends, a failure of #3 or #4 or #5 or #6 or #7",
    );
    expect(lines.find((line) => line.includes("stop old web-2"))).toMatch(/, #8$/);
    expect(rollout({ maxFailureRatio: 0.4 }).join("\n")).not.toContain("max_failure_ratio");
  });

  test("come back each by itself while no more of them fail than max_failure_ratio allows", () => {
    const lines = rollout({ maxFailureRatio: 0.5, failureAction: "rollback" });
    const back = lines.filter((line) => line.includes("start web") && line.includes("rolled back"));
    expect(back).toHaveLength(2);
    for (const line of back) {
      expect(line).toContain("(only if a step before fails or more than 1 of the steps before fail)");
    }
    expect(lines.find((line) => line.includes("remove old web-1"))).toMatch(/<- #\d+, #\d+$/);
  });

  test("keep a rollback_config that nobody knows from being planned", () => {
    expect(() =>
      rollout(undefined, { deploy: { rollbackConfig: { failureAction: "rollback" }, updateConfig: {} } }),
    ).toThrow('services.web.deploy.rollback_config.failure_action: expected pause or continue, got "rollback"');
  });

  test("go on being replaced after a failure with failure_action continue", () => {
    expect(rollout({ failureAction: "continue" }).find((line) => line.includes("stop old web-2"))).toBe(
      "#8 stop old web-2: replaced <- #1, #2, #7 however it ends",
    );
  });

  test("are stopped first when old and new could not have one port or address at once", () => {
    const web: Partial<Service> = { scale: 1, ports: [{ target: 80, published: "8080" }] };
    const snapshot = converged(shop("1", web));
    const [container] = snapshot.containers;
    if (container === undefined) throw new Error("no container");
    const holding = { ...container, ports: [{ hostIp: "", published: 8080, target: 80, protocol: "tcp" }] };
    const plan = reconcile(sampleProject(shop("2", web, { order: "start-first" })), {
      ...snapshot,
      containers: [holding],
    });
    const kinds = plan.steps.map(({ operation }) => operation.kind);
    expect(kinds.indexOf("stop-container")).toBeLessThan(kinds.indexOf("start-container"));
    expect(plan.remarks).toEqual([expect.stringContaining("services.web.deploy.update_config.order")]);
  });

  test("are owed a container that serves, once the old one has stopped", () => {
    const plan = reconcile(sampleProject(shop("2")), converged(shop("1")));
    const owed = plan.steps.filter(({ isOwed }) => isOwed === true).map(({ operation }) => operation.kind);
    const one = ["remove-container", "rename-container", "start-container"];
    expect(owed).toEqual([...one, ...one]);
  });

  test("wait for what the service depends on before the first of them stops", () => {
    const before: Sample = {
      services: { ...shop("1", { dependsOn: { db: dependsOn("healthy") } }).services, db: {} },
    };
    const after: Sample = {
      services: { ...shop("2", { dependsOn: { db: dependsOn("healthy") } }).services, db: { environment: { A: "1" } } },
    };
    const lines = plannedInOrder(sampleProject(after), converged(before));
    const wait = /^#(\d+) wait for db/.exec(lines.find((line) => line.includes("wait for db")) ?? "")?.[1];
    expect(lines.find((line) => line.includes("stop old web-1"))).toContain(`#${wait}`);
  });

  test("keep a failure action that nobody knows from being planned", () => {
    expect(() => rollout({ failureAction: "retry" })).toThrow(
      'services.web.deploy.update_config.failure_action: expected pause, continue or rollback, got "retry"',
    );
  });
});

test.each<UpdateConfig | undefined>([
  undefined,
  { order: "start-first", parallelism: 2 },
  { failureAction: "rollback" },
  { order: "start-first", failureAction: "rollback", monitorNs: 1e9 },
])("a rollout with %j that is cut off anywhere is finished by the next up", (updateConfig) => {
  const web = { scale: 3 };
  const before = converged(shop("1", web, updateConfig));
  const project = sampleProject(shop("2", web, updateConfig));
  const plan = reconcile(project, before);
  for (const { id } of plan.steps) {
    const broken = simulate(plan, before, { until: id });
    const repaired = simulate(reconcile(project, broken), broken);
    expect(reconcile(project, repaired).steps, `cut off before #${id}`).toEqual([]);
    expect(
      repaired.containers.map(({ name }) => name),
      `cut off before #${id}`,
    ).toEqual(["app-web-1", "app-web-2", "app-web-3"]);
  }
});
