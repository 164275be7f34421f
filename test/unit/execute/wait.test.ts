import { expect, test } from "vitest";
import type { ContainerInspect, ContainerStateBody } from "../../../src/docker-api/container.ts";
import type { AwaitedState } from "../../../src/plan/operation.ts";
import { verdictOn } from "../../../src/execute/wait.ts";
import { containerInspect } from "../../support/simulate-plan.ts";

const health = (Status: string): Partial<ContainerStateBody> => ({ Health: { Status, FailingStreak: 0 } });

function inspected(
  state: Partial<ContainerStateBody>,
  config: Partial<ContainerInspect["Config"]> = {},
): ContainerInspect {
  const container = containerInspect("1", {});
  return { ...container, State: { ...container.State, ...state }, Config: { ...container.Config, ...config } };
}

test.each<[AwaitedState, Partial<ContainerStateBody>, string]>([
  ["running", { Status: "running" }, "reached"],
  ["running", { Status: "created" }, "pending"],
  ["running", { Status: "restarting" }, "pending"],
  ["running", { Status: "exited", ExitCode: 1 }, "impossible: container app-1 exited (1)"],
  ["healthy", { Status: "running", ...health("healthy") }, "reached"],
  ["healthy", { Status: "running", ...health("starting") }, "pending"],
  ["healthy", { Status: "running", ...health("unhealthy") }, "impossible: container app-1 is unhealthy"],
  ["healthy", { Status: "running" }, "impossible: container app-1 has no healthcheck"],
  ["healthy", { Status: "running", ...health("none") }, "impossible: container app-1 has no healthcheck"],
  [
    "healthy",
    { Status: "exited", ExitCode: 137, OOMKilled: true },
    "impossible: container app-1 exited (137): out of memory",
  ],
  ["running-or-healthy", { Status: "running" }, "reached"],
  ["running-or-healthy", { Status: "running", ...health("starting") }, "pending"],
  ["completed", { Status: "running" }, "pending"],
  ["completed", { Status: "exited", ExitCode: 0 }, "reached"],
  [
    "completed",
    { Status: "exited", ExitCode: 2 },
    "impossible: service did not complete successfully: container app-1 exited (2)",
  ],
  [
    "completed",
    { Status: "dead", ExitCode: 1 },
    "impossible: service did not complete successfully: container app-1 exited (1)",
  ],
])("%s of %j: %s", (until, state, expected) => {
  const verdict = verdictOn("app-1", inspected(state), until);
  expect(verdict.kind === "impossible" ? `impossible: ${verdict.reason}` : verdict.kind).toBe(expected);
});

test("a disabled health check counts as none", () => {
  const container = inspected({ Status: "running", ...health("starting") }, { Healthcheck: { Test: ["NONE"] } });
  expect(verdictOn("app-1", container, "running-or-healthy").kind).toBe("reached");
});

test("an empty health is none where nobody probes, and one that is yet to come where somebody does", () => {
  const state = { Status: "running", ...health("") } as const;
  expect(verdictOn("app-1", inspected(state), "running-or-healthy").kind).toBe("reached");
  const probed = inspected(state, { Healthcheck: { Test: ["CMD", "true"] } });
  expect(verdictOn("app-1", probed, "running-or-healthy").kind).toBe("pending");
});
