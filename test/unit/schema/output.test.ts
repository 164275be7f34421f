import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ExecutionError } from "../../../src/actions/execution-error.ts";
import type { Trouble } from "../../../src/execute/trouble.ts";
import { jsonLine } from "../../../src/cli/view/json-lines.ts";
import { showError, showWarnings } from "../../../src/cli/view/problem.ts";
import { timingText } from "../../../src/cli/view/timing.ts";
import { type Diagnostic, InvalidProjectError } from "../../../src/compose/diagnostic.ts";
import type { Schema } from "../../../src/compose/validator/generate/schema-files.ts";
import { UsageError } from "../../../src/errors.ts";
import type { ProgressEvent, StepInfo } from "../../../src/events.ts";
import type { Operation } from "../../../src/plan/operation.ts";
import type { Plan } from "../../../src/plan/plan.ts";
import { redactPlan } from "../../../src/plan/redact.ts";
import { memoryIo } from "../../support/memory-io.ts";
import { refusals } from "../../support/output-schema.ts";

const schema = join(import.meta.dirname, "../../../schema");

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

const events: readonly ProgressEvent[] = [
  { kind: "step-started", step },
  { kind: "step-progress", step, text: "Downloading", current: 5, total: 10 },
  { kind: "step-progress", step, text: "Waiting" },
  { kind: "step-succeeded", step },
  { kind: "step-failed", step, message: "no such image", hint: "pull it" },
  { kind: "step-skipped", step, reason: "step 1 failed" },
  { kind: "unchanged", resource: "network", name: "shop_default", text: "Exists" },
  { kind: "remark", level: "warning", message: "found orphans" },
  { kind: "log", container: "shop-web-1", service: "web", stream: "stdout", line: "hello" },
  { kind: "container-attached", container: "shop-web-1", service: "web" },
  { kind: "container-exited", container: "shop-web-1", service: "web", exitCode: 1, isRestarting: false },
  { kind: "container-recreated", container: "shop-web-1", service: "web" },
];

const mistake: Diagnostic = {
  severity: "error",
  code: "unknown-key",
  at: { file: "compose.yaml", line: 4, column: 5 },
  message: "services.web.enviroment: unknown key",
  hint: 'did you mean "environment"?',
};

const image = "nginx:alpine";
const web = { service: "web", container: "shop-web-1" } as const;
const removed = { id: "3f2a", name: "shop-web-1", service: "web" } as const;

/** One of each: a new operation without an example here does not compile. */
const operations: { readonly [Kind in Operation["kind"]]: Extract<Operation, { kind: Kind }> } = {
  "pull-image": { kind: "pull-image", image, service: "web", platform: "linux/arm64", optional: true },
  "build-image": {
    kind: "build-image",
    image,
    service: "web",
    builder: "buildkit",
    build: { context: "." },
    secrets: [
      { id: "token", file: "/run/token" },
      { id: "key", environment: "KEY" },
    ],
    labels: { a: "b" },
  },
  "remove-image": { kind: "remove-image", image },
  "create-network": { kind: "create-network", name: "shop_default", body: { Name: "shop_default" } },
  "remove-network": { kind: "remove-network", id: "8d0f", name: "shop_default", optional: true },
  "connect-network": { kind: "connect-network", network: "shop_default", container: "shop-web-1", endpoint: {} },
  "disconnect-network": { kind: "disconnect-network", network: "shop_default", container: "shop-web-1" },
  "create-volume": { kind: "create-volume", name: "shop_data", body: { Name: "shop_data" } },
  "remove-volume": { kind: "remove-volume", name: "shop_data" },
  "create-container": {
    kind: "create-container",
    name: "3f2a_shop-web-1",
    finalName: "shop-web-1",
    service: "web",
    replaces: "3f2a",
    body: { Image: image },
    late: [
      { kind: "container-id", token: "@1", container: "shop-vpn-1" },
      { kind: "image-id", token: "@2", image },
      { kind: "hash", token: "@3", text: "…" },
      { kind: "service-hash", token: "@4", service: { name: "web" } },
    ],
    provided: ["db"],
  },
  "upload-files": {
    kind: "upload-files",
    container: "shop-web-1",
    files: [{ path: "/run/secrets/key", content: "…", uid: 0, gid: 0, mode: 0o444, isSecret: true }],
  },
  "push-image": { kind: "push-image", image: "shop-web" },
  "start-container": { kind: "start-container", ...web },
  "unpause-container": { kind: "unpause-container", ...web },
  "pause-container": { kind: "pause-container", ...web },
  "restart-container": { kind: "restart-container", ...web, graceMs: 10_000 },
  "kill-container": { kind: "kill-container", ...web, signal: "SIGTERM" },
  "stop-container": { kind: "stop-container", ...removed, graceMs: 10_000, isReplaced: true },
  "remove-container": { kind: "remove-container", ...removed, withVolumes: false, force: true },
  "rename-container": { kind: "rename-container", container: "3f2a_shop-web-1", name: "shop-web-1", service: "web" },
  "run-hook": { kind: "run-hook", ...web, moment: "post_start", command: ["true"], environment: ["A=1"], user: "root" },
  "await-containers": {
    kind: "await-containers",
    service: "web",
    containers: ["shop-web-1"],
    until: "healthy",
    required: true,
    timeoutMs: 60_000,
  },
  "update-container": { kind: "update-container", ...removed, body: { Memory: 67_108_864 } },
  "monitor-containers": {
    kind: "monitor-containers",
    service: "web",
    containers: ["shop-web-1"],
    forMs: 5000,
  },
  "run-provider": {
    kind: "run-provider",
    service: "db",
    verb: "up",
    type: "acme",
    program: "/usr/bin/acme",
    args: ["compose", "--project-name=shop", "up", "db"],
    directory: "/shop",
  },
  "run-model": {
    kind: "run-model",
    model: "llm",
    verb: "configure",
    program: "/usr/libexec/docker/cli-plugins/docker-model",
    args: ["configure", "ai/smollm2"],
    directory: "/shop",
  },
  delay: { kind: "delay", service: "web", forMs: 10_000 },
};

const trouble: Trouble = {
  service: "db",
  container: "shop-db-1",
  reason: "container shop-db-1 exited (137)",
  state: "exited",
  health: "unhealthy",
  exitCode: 137,
  signal: "SIGKILL",
  isOutOfMemory: true,
  probe: { exitCode: 1, output: "no answer" },
  lastLines: ["loading everything"],
};
const failure = new ExecutionError(
  [
    {
      message: "db: exited",
      refused: "db",
      hint: "logs",
      notStarted: [{ service: "web", chain: ["web", "db"] }],
      trouble,
    },
  ],
  [],
);

describe("the schemas of outputs", () => {
  test.each(events)("describe the progress line of $kind", (event) => {
    expect(refusals("progress", jsonLine(event))).toEqual([]);
  });

  test.each(Object.values(operations))("describe a plan that does $kind", (operation) => {
    const plan: Plan = {
      formatVersion: 1,
      action: "up",
      project: "shop",
      basis: { "network shop_default": "8d0f" },
      steps: [
        {
          id: 2,
          operation,
          cause: "missing",
          after: [1],
          afterEnd: [],
          when: [
            { kind: "image-changed", image, from: "sha256:1" },
            { kind: "image-absent", image },
          ],
          ifFailed: [1],
          ifMoreFailed: { of: [1], than: 1 },
          unlessMoreFailed: { of: [1], than: 1 },
          isOwed: true,
        },
      ],
      unchanged: [{ resource: "volume", name: "shop_data", text: "Exists" }],
      remarks: [],
    };
    expect(refusals("plan", plan)).toEqual([]);
    expect(refusals("plan", redactPlan(plan))).toEqual([]);
  });

  test("describe what up --timing tells programs", () => {
    const path = {
      totalMs: 1400,
      steps: [{ id: 9, text: "start web-1", tookMs: 150 }],
      costliest: { service: "web", waitedFor: "db", waitedMs: 950 },
    };
    expect(refusals("progress", JSON.parse(timingText(path, { isJson: true })))).toEqual([]);
  });

  test.each([
    {
      of: "mistakes in files",
      error: new InvalidProjectError([mistake, { ...mistake, severity: "warning" }], new Map()),
    },
    { of: "a failed operation", error: failure },
    { of: "a wrong flag", error: new UsageError("--tail: expected a number", "--tail 10") },
    { of: "a bug", error: new Error("unexpected") },
  ])("describe an error for programs: $of", ({ error }) => {
    const io = memoryIo();
    showError(error, { io, flags: { progress: "json" } });
    expect(refusals("diagnostic", JSON.parse(io.written.stderr()))).toEqual([]);
  });

  test("describe a warning for programs", () => {
    const io = memoryIo();
    const display = { progress: "json", colorsOn: () => false } as const;
    showWarnings({ warnings: [mistake], sources: new Map() }, io.stderr, display);
    expect(refusals("diagnostic", JSON.parse(io.written.stderr()))).toEqual([]);
  });

  test.each(readdirSync(join(schema, "output")))("explain every field of %s that people meet", (file) => {
    const { properties = {} } = JSON.parse(readFileSync(join(schema, "output", file), "utf8")) as Schema;
    const silent = Object.entries(properties).filter(([, field]) => !field.description || !field.examples);
    expect(silent.map(([name]) => name)).toEqual([]);
  });

  test("take a canonical project for a compose file, but never one without a name", () => {
    expect(refusals("config", { name: "shop", services: { web: { image, command: null } } })).toEqual([]);
    expect(refusals("config", { services: {} })).not.toEqual([]);
  });
});
