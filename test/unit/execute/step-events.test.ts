import { expect, test } from "vitest";
import { TscomposeError } from "../../../src/errors.ts";
import { StepEvents } from "../../../src/execute/step-events.ts";
import type { Operation } from "../../../src/plan/operation.ts";

const wait: Operation = {
  kind: "await-containers",
  service: "a",
  containers: ["a-1", "a-2"],
  until: "running-or-healthy",
  required: true,
};
const pull: Operation = { kind: "pull-image", image: "web:1" };
const failure = new TscomposeError({ code: "operation-failed", message: "no" });

test.each<{ how: string; operation: Operation; tell: (events: StepEvents) => void; told: string[] }>([
  {
    how: "one thing by its name",
    operation: pull,
    tell: (events) => {
      events.progress("Downloading");
      events.succeeded(undefined);
    },
    told: ["step-started web:1", "step-progress web:1", "step-succeeded web:1"],
  },
  {
    how: "each container of a wait when it is ready, and no more after",
    operation: wait,
    tell: (events) => {
      events.settled("a-2");
      events.settled("a-2");
      events.progress("later");
      events.succeeded(undefined);
    },
    told: ["step-started a-1", "step-started a-2", "step-succeeded a-2", "step-progress a-1", "step-succeeded a-1"],
  },
  {
    how: "a failure for those that are not ready",
    operation: wait,
    tell: (events) => {
      events.settled("a-1");
      events.failed(failure);
    },
    told: ["step-started a-1", "step-started a-2", "step-succeeded a-1", "step-failed a-2"],
  },
])("events tell $how", ({ operation, tell, told }) => {
  const seen: string[] = [];
  const step = { id: 1, operation, cause: "--wait", after: [] };
  const events = new StepEvents(step, (event) =>
    seen.push("step" in event ? `${event.kind} ${event.step.name}` : event.kind),
  );
  events.started();
  tell(events);
  expect(seen).toEqual(told);
});
