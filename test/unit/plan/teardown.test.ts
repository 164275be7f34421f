import { expect, test } from "vitest";
import { projectFromLabels } from "../../../src/plan/labelled-project.ts";
import { renderPlan } from "../../../src/plan/render.ts";
import { teardown, type TeardownOptions } from "../../../src/plan/teardown.ts";
import { converged } from "../../support/planned.ts";
import { dependsOn, sampleProject, type Sample } from "../../support/sample-project.ts";
import { simulate } from "../../support/simulate-plan.ts";

const shop: Sample = {
  services: {
    web: { dependsOn: { db: dependsOn("started") }, networks: { front: null } },
    db: { volumes: [{ type: "volume", source: "data", target: "/data" }], networks: { back: null } },
  },
  networks: { front: {}, back: {} },
  volumes: { data: {} },
};
const project = sampleProject(shop);
const snapshot = converged(shop);
const lines = (options?: TeardownOptions): string[] => renderPlan(teardown(project, snapshot, options));

test("takes dependents away first, then what they used", () => {
  expect(renderPlan(teardown(project, snapshot, { volumes: true }), { withOrder: true })).toEqual([
    "#1 stop web-1: down",
    "#2 remove web-1: down <- #1",
    "#3 stop db-1: down <- #2",
    "#4 remove db-1: down <- #3",
    "#5 remove network default: down",
    "#6 remove network front: down <- #2",
    "#7 remove network back: down <- #4",
    "#8 remove volume data: --volumes <- #4",
  ]);
});

test("leaves nothing behind", () => {
  const after = simulate(teardown(project, snapshot, { volumes: true, images: "all" }), snapshot);
  expect(after).toMatchObject({ containers: [], networks: [], volumes: [], images: {} });
});

test("gives nobody any time where that is asked for", () => {
  const options = { volumes: true, isAbrupt: true };
  expect(renderPlan(teardown(project, snapshot, options), { withOrder: true })).toEqual([
    "#1 remove web-1: down",
    "#2 remove db-1: down",
    "#3 remove network default: down",
    "#4 remove network front: down <- #1",
    "#5 remove network back: down <- #2",
    "#6 remove volume data: --volumes <- #2",
  ]);
});

test("keeps volumes unless told otherwise", () => {
  expect(lines().filter((line) => line.includes("volume"))).toEqual([]);
});

test("of a service takes its dependents with it, and keeps what others use", () => {
  expect(lines({ services: ["db"] }).slice(0, 4)).toEqual([
    "stop web-1: down",
    "remove web-1: down",
    "stop db-1: down",
    "remove db-1: down",
  ]);
  const plan = teardown(project, snapshot, { services: ["web"], volumes: true });
  expect(renderPlan(plan)).toEqual([
    "stop web-1: down",
    "remove web-1: down",
    "remove network default: down",
    "remove network front: down",
  ]);
  expect(plan.remarks).toEqual([
    "network app_back is kept: app-db-1 still uses it",
    "volume app_data is kept: app-db-1 still uses it",
  ]);
});

test("tells of a service that nothing belongs to, and touches nothing for it", () => {
  const plan = teardown(projectFromLabels(snapshot), snapshot, { services: ["wbe"], volumes: true });
  expect(renderPlan(plan)).toEqual([]);
  expect(plan.remarks).toEqual(['project "app" has no service "wbe"']);
});

test("names all that keep a network", () => {
  const services = { web: {}, db: {}, api: {} };
  const plan = teardown(sampleProject({ services }), converged({ services }), { services: ["web"] });
  expect(plan.remarks).toEqual(["network app_default is kept: app-api-1, app-db-1 still use it"]);
});

test("spares external things", () => {
  const external = sampleProject({
    ...shop,
    networks: { front: {}, back: { isExternal: true } },
    volumes: { data: { isExternal: true } },
  });
  const plan = renderPlan(teardown(external, snapshot, { volumes: true }));
  expect(plan.filter((line) => /back|data/.test(line))).toEqual([]);
});

test("removes images without a name of their own, or all", () => {
  const sample: Sample = { services: { a: { build: { context: "." } }, b: { image: "b:1" } } };
  const images = (which: "local" | "all"): string[] =>
    renderPlan(teardown(sampleProject(sample), converged(sample), { images: which })).filter((line) =>
      line.includes("image"),
    );
  expect(images("local")).toEqual(["remove image app-a: --rmi local"]);
  expect(images("all")).toEqual(["remove image app-a: --rmi all", "remove image b:1: --rmi all"]);
});

test("removes orphans only when asked", () => {
  const { web, db } = shop.services;
  const older = converged({ ...shop, services: { ...(web && { web }), ...(db && { db }), old: {} } });
  const removals = (options: TeardownOptions): string[] =>
    renderPlan(teardown(project, older, options)).filter((line) => line.startsWith("remove old-1"));
  expect(removals({})).toEqual([]);
  expect(removals({ removeOrphans: true })).toEqual(['remove old-1: orphan: no service "old"']);
});

test("knows a project by its labels alone", () => {
  const known = projectFromLabels(snapshot);
  expect(known.services["web"]?.dependsOn).toEqual({ db: dependsOn("started", { required: false }) });
  const after = simulate(teardown(known, snapshot, { volumes: true }), snapshot);
  expect(after).toMatchObject({ containers: [], networks: [], volumes: [] });
});

test("plans nothing when nothing is left", () => {
  const after = simulate(teardown(project, snapshot, { volumes: true }), snapshot);
  expect(teardown(project, after, { volumes: true }).steps).toEqual([]);
});
