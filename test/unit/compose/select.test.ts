import { expect, test } from "vitest";
import type { Project } from "../../../src/compose/project.ts";
import { activateProfiles, selectServices, withoutUnusedResources } from "../../../src/compose/select.ts";
import { loadTexts } from "../../support/load-texts.ts";

const text = `
x-started: &started { condition: service_started }
services:
  web: { image: i, depends_on: [api], networks: [front], volumes: ["assets:/a"] }
  api: { image: i, depends_on: { db: *started, mock: { condition: service_started, required: false } }, networks: [back], secrets: [token] }
  db: { image: i, networks: [back], volumes: ["data:/d"] }
  mock: { image: i, profiles: [test] }
  load: { image: i, profiles: [test], depends_on: [web] }
  shell: { image: i, profiles: [debug], depends_on: [gated] }
  gated: { image: i, profiles: [admin] }
networks: { front: , back: , unused: }
volumes: { assets: , data: , old: }
secrets: { token: { file: ./t }, spare: { file: ./s } }
`;

const whole = async (): Promise<Project> =>
  (await loadTexts({ "compose.yaml": text }, { request: { allResources: true } })).project;

test.each([
  { profiles: [], active: ["api", "db", "web"] },
  { profiles: ["test"], active: ["api", "db", "load", "mock", "web"] },
  { profiles: ["*"], active: ["api", "db", "gated", "load", "mock", "shell", "web"] },
])("keeps the services of the active profiles $profiles, and the others as disabled", async ({ profiles, active }) => {
  const project = activateProfiles(await whole(), profiles);
  expect(Object.keys(project.services).sort()).toEqual(active);
  expect(Object.keys({ ...project.services, ...project.disabledServices })).toHaveLength(7);
});

test.each([
  { named: ["api"], selected: ["api", "db"] },
  { named: ["web"], selected: ["api", "db", "web"] },
  { named: ["*b"], selected: ["api", "db", "web"] },
  { named: ["d?"], selected: ["db"] },
  { named: ["[a-c]*"], selected: ["api", "db"] },
  { named: ["load"], selected: ["api", "db", "load", "mock", "web"] },
  { named: [], selected: ["api", "db", "web"] },
])(
  "selects $selected for $named: with dependencies, and the profiles of what is named",
  async ({ named, selected }) => {
    expect(await selection(named)).toEqual({ services: selected, told: [] });
  },
);

test("leaves dependencies out when asked to", async () => {
  const project = selectServices(await whole(), { services: ["web"], noDependencies: true }, () => {});
  expect(Object.keys(project.services)).toEqual(["web"]);
  expect(project.services["web"]?.dependsOn).toEqual({});
});

test.each([
  { named: ["wbe"], told: ['no such service: wbe | did you mean "web"?'] },
  { named: ["cache"], told: ["no such service: cache | services: api, db, gated, load, mock, shell, web"] },
  {
    named: ["shell"],
    told: ["services.shell.depends_on.gated: no such service: gated | activate its profile: --profile admin"],
  },
])("tells that $named cannot be selected", async ({ named, told }) => {
  expect((await selection(named)).told).toEqual(told);
});

test("drops what no selected service uses", async () => {
  const selected = selectServices(await whole(), { services: ["db"] }, () => {});
  const { networks, volumes, secrets } = withoutUnusedResources(selected);
  expect([networks, volumes, secrets].map((resources) => Object.keys(resources))).toEqual([["back"], ["data"], []]);
});

async function selection(named: readonly string[]): Promise<{ services: readonly string[]; told: readonly string[] }> {
  const told: string[] = [];
  const project = selectServices(await whole(), { services: named }, ({ message, hint }) =>
    told.push(`${message} | ${hint}`),
  );
  return { services: Object.keys(project.services).sort(), told };
}
