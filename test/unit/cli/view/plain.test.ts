import { expect, test } from "vitest";
import { jsonLine } from "../../../../src/cli/view/json-lines.ts";
import { plainLines } from "../../../../src/cli/view/plain.ts";
import type { ProgressEvent, StepInfo } from "../../../../src/events.ts";

const step: StepInfo = {
  id: 1,
  operation: "create-container",
  resource: "container",
  name: "shop-web-1",
  service: "web",
  doing: "Creating",
  done: "Created",
  cause: "missing",
};
const pull: StepInfo = { ...step, resource: "image", name: "redis:7", doing: "Pulling", done: "Pulled" };

const container = "Container shop-web-1";

test.each<{ event: ProgressEvent; plain: readonly string[]; json: object | undefined }>([
  {
    event: { kind: "step-started", step },
    plain: [" Container shop-web-1  Creating"],
    json: { id: container, status: "Working", text: "Creating", cause: "missing" },
  },
  {
    event: { kind: "step-succeeded", step },
    plain: [" Container shop-web-1  Created"],
    json: { id: container, status: "Done", text: "Created" },
  },
  {
    event: { kind: "step-succeeded", step, text: "Healthy" },
    plain: [" Container shop-web-1  Healthy"],
    json: { id: container, status: "Done", text: "Healthy" },
  },
  {
    event: { kind: "step-failed", step, message: "no such image", hint: "pull it" },
    plain: [" Container shop-web-1  Error no such image"],
    json: { id: container, status: "Error", text: "Error", details: "no such image", hint: "pull it" },
  },
  {
    event: { kind: "step-skipped", step, reason: "because of image redis:7" },
    plain: [" Container shop-web-1  Skipped because of image redis:7"],
    json: { id: container, status: "Warning", text: "Skipped", details: "because of image redis:7" },
  },
  {
    event: { kind: "step-progress", step: pull, text: "Extracting" },
    plain: [" Image redis:7  Extracting"],
    json: { id: "Image redis:7", status: "Working", text: "Extracting" },
  },
  {
    event: { kind: "step-progress", step: pull, text: "Downloading", current: 50, total: 200 },
    plain: [],
    json: { id: "Image redis:7", status: "Working", text: "Downloading", current: 50, total: 200, percent: 25 },
  },
  {
    event: { kind: "unchanged", resource: "network", name: "shop_default", text: "Running" },
    plain: [" Network shop_default  Running"],
    json: { id: "Network shop_default", status: "Done", text: "Running" },
  },
  {
    event: { kind: "remark", level: "warning", message: "orphans" },
    plain: ["warning: orphans"],
    json: { level: "warning", message: "orphans" },
  },
  { event: { kind: "plan-ready", action: "up", project: "shop", steps: [step] }, plain: [], json: undefined },
])("tells $event.kind as a line, and as JSON", ({ event, plain, json }) => {
  expect(plainLines(event, { isVerbose: false })).toEqual(plain);
  const line = jsonLine(event);
  expect(line === undefined ? undefined : JSON.parse(JSON.stringify(line))).toEqual(json);
});

test("tells the cause of a step when verbose", () => {
  expect(plainLines({ kind: "step-started", step }, { isVerbose: true })).toEqual([
    " Container shop-web-1  Creating (missing)",
  ]);
});
