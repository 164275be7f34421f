import { expect, test } from "vitest";
import type { Service } from "../../../src/compose/project.ts";
import type { ReconcileOptions } from "../../../src/plan/options.ts";
import { reconcile } from "../../../src/plan/reconcile.ts";
import { renderPlan } from "../../../src/plan/render.ts";
import { sampleProject } from "../../support/sample-project.ts";
import { emptySnapshot, simulate } from "../../support/simulate-plan.ts";

const proxies = { HTTP_PROXY: "http://me:secret@proxy", http_proxy: "http://me:secret@proxy" };
const options: ReconcileOptions = { inputs: { environment: {}, seccompProfiles: {}, nowMs: 0, proxies } };
const bare = emptySnapshot("app");

test.each<{ when: string; environment: Service["environment"]; given: string[] }>([
  { when: "nothing", environment: {}, given: Object.entries(proxies).map((each) => each.join("=")) },
  {
    when: "one of its spellings",
    environment: { HTTP_PROXY: "mine" },
    given: ["HTTP_PROXY=mine", "http_proxy=http://me:secret@proxy"],
  },
  {
    when: "that there is to be none",
    environment: { HTTP_PROXY: "", http_proxy: null },
    given: ["HTTP_PROXY=", "http_proxy"],
  },
])("a container is told about proxies when its service says $when", ({ environment = {}, given }) => {
  const { steps } = reconcile(sampleProject({ services: { web: { environment } } }), bare, options);
  const made = steps.find(({ operation }) => operation.kind === "create-container");
  expect(made?.operation).toMatchObject({ body: { Env: given } });
});

test("a build is told about proxies, unless its arguments say otherwise", () => {
  const build = { context: ".", args: { HTTP_PROXY: "mine" } };
  const { steps } = reconcile(sampleProject({ services: { web: { build } } }), bare, options);
  expect(steps[0]?.operation).toMatchObject({
    kind: "build-image",
    build: { args: { ...proxies, HTTP_PROXY: "mine" } },
  });
});

test("proxies alone recreate nothing, and no plan shows them", () => {
  const project = sampleProject({ services: { web: {}, built: { build: { context: "." } } } });
  const first = reconcile(project, bare, options);
  expect(renderPlan(first).join("\n")).not.toContain("proxy");
  expect(renderPlan(reconcile(project, simulate(reconcile(project, bare), bare), options))).toEqual([]);
});
