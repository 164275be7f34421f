import { expect, test } from "vitest";
import { loadPlan, savePlan, showPlan } from "../../../src/actions/plan.ts";
import { reconcile } from "../../../src/plan/reconcile.ts";
import { converged } from "../../support/planned.ts";
import { sampleProject } from "../../support/sample-project.ts";

const object = { key: "s", name: "s", isExternal: false } as const;
const project = sampleProject({
  services: {
    web: {
      build: { context: ".", args: { NPM_TOKEN: "hunter 2" } },
      environment: { POSTGRES_PASSWORD: "hunter 2", DATABASE_URL: "postgres://me:hunter2@db/shop", PORT: "80" },
      labels: { "api-key": "hunter 2", tier: "front" },
      command: ["serve", "--password", "hunter 2"],
      healthcheck: { test: ["CMD-SHELL", "PGPASSWORD=hunter2 pg_isready"] },
      secrets: [{ source: "given" }, { source: "exported" }],
      configs: [{ source: "settings" }],
      networkMode: "service:db",
      postStart: [{ command: ["login", "--token=hunter 2"], environment: { SECRET: "hunter 2" } }],
    },
    db: {},
  },
  volumes: { data: { driverOpts: { o: "username=me,password=hunter2" } } },
  secrets: { given: { ...object, content: "hunter2" }, exported: { ...object, environment: "EXPORTED" } },
  configs: { settings: { ...object, content: "port = 80\npassword = hunter2\nname=shop\n" } },
});
const inputs = { environment: { EXPORTED: "hunter2" }, seccompProfiles: {}, nowMs: 0 };
const plan = reconcile(project, converged({ services: {} }), { inputs });

test("a plan that is shown holds no secret, and all else", () => {
  const shown = showPlan(plan);
  expect(shown).not.toMatch(/hunter/);
  for (const plain of [
    "PORT=80",
    "postgres://me:***@db/shop",
    '"tier": "front"',
    "port = 80",
    "pg_isready",
    "app_data",
  ])
    expect(shown).toContain(plain);
  expect(JSON.parse(shown)).toMatchObject({ isRedacted: true, steps: plan.steps.map(({ id }) => ({ id })) });
});

test("a plan that is kept holds all that it takes to carry it out", () => {
  expect(loadPlan(savePlan(plan))).toEqual(plan);
});

test("a plan that was only shown cannot be carried out", () => {
  expect(() => loadPlan(showPlan(plan))).toThrow("its secrets are covered");
});
