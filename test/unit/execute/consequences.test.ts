import { expect, test } from "vitest";
import { consequencesOf } from "../../../src/execute/consequences.ts";
import type { StepResult } from "../../../src/execute/execute.ts";
import type { Operation } from "../../../src/plan/operation.ts";
import type { Step } from "../../../src/plan/plan.ts";
import { TscomposeError } from "../../../src/errors.ts";

const start = (service: string): Operation => ({ kind: "start-container", container: `app-${service}-1`, service });
const wait = (service: string): Operation => ({
  kind: "await-containers",
  service,
  containers: [`app-${service}-1`],
  until: "healthy",
  required: true,
});
const step = (id: number, operation: Operation, ...after: number[]): Step => ({ id, operation, cause: "", after });

test("tells who was not started because of a failure, and by which chain of dependencies", () => {
  const failed = step(1, wait("db"));
  const error = new TscomposeError({ code: "operation-failed", message: "db is unhealthy" });
  const skipped = [
    step(2, start("api"), 1),
    step(3, wait("api"), 2),
    step(4, start("web"), 3),
    step(5, start("worker"), 1, 3),
  ];
  const results: StepResult[] = [
    { step: failed, kind: "failed", error },
    ...skipped.map((each): StepResult => ({ step: each, kind: "skipped", because: 1 })),
    { step: step(6, start("other"), 9), kind: "skipped", because: 9 },
  ];
  expect(consequencesOf(failed, results)).toEqual([
    { service: "api", chain: ["api", "db"] },
    { service: "web", chain: ["web", "api", "db"] },
    { service: "worker", chain: ["worker", "db"] },
  ]);
});
