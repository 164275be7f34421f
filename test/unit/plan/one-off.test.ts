import { expect, test } from "vitest";
import type { OneOff } from "../../../src/plan/options.ts";
import { reconcile } from "../../../src/plan/reconcile.ts";
import { renderPlan } from "../../../src/plan/render.ts";
import { dependsOn, sampleProject } from "../../support/sample-project.ts";
import { emptySnapshot, observedImage, simulate } from "../../support/simulate-plan.ts";

const project = sampleProject({ services: { web: { dependsOn: { db: dependsOn("healthy") } }, db: {} } });
const bare = { ...emptySnapshot("app"), images: { "web:1": observedImage("web:1"), "db:1": observedImage("db:1") } };
const oneOff: OneOff = {
  service: "web",
  name: "app-web-run-1234",
  slug: "1234",
  usesAliases: false,
  autoRemove: true,
  attachesInput: true,
};

test("a one-off is made beside what it needs, and started when that is ready", () => {
  expect(renderPlan(reconcile(project, bare, { services: ["web"], oneOff }))).toEqual([
    "create network default: missing",
    "create db-1: missing",
    "create web-run-1234: run",
    "start db-1: created",
    "wait for db to be healthy: depends_on condition service_healthy",
    "start web-run-1234: created",
  ]);
});

test("a one-off leaves the replicas of its service alone", () => {
  const running = simulate(reconcile(project, bare), bare);
  const plan = reconcile(project, running, { services: ["web"], oneOff });
  expect(renderPlan(plan).filter((line) => line.includes("web"))).toEqual([
    "create web-run-1234: run",
    "start web-run-1234: created",
  ]);
});

test("a one-off is labelled as such, has no number, and answers to its own name only", () => {
  const { steps } = reconcile(project, bare, { services: ["web"], oneOff });
  const made = steps.find(({ operation }) => operation.kind === "create-container" && operation.service === "web");
  expect(made?.operation).toMatchObject({
    body: {
      AttachStdin: true,
      StdinOnce: true,
      HostConfig: { AutoRemove: true },
      Labels: { "com.docker.compose.oneoff": "True", "com.docker.compose.slug": "1234" },
      NetworkingConfig: { EndpointsConfig: { app_default: { Aliases: ["app-web-run-1234"] } } },
    },
  });
  expect(made?.operation).not.toHaveProperty(["body", "Labels", "com.docker.compose.container-number"]);
});
