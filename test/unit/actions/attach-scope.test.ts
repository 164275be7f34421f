import { expect, test } from "vitest";
import { attachScope, type ScopeOptions } from "../../../src/actions/attach-scope.ts";
import type { Project } from "../../../src/compose/project.ts";

const services = { web: { name: "web" }, db: { name: "db" }, quiet: { name: "quiet", attach: false } };
const project: Project = {
  name: "shop",
  workingDirectory: "/srv/shop",
  configFiles: [],
  envFiles: [],
  profiles: [],
  services,
  disabledServices: {},
  networks: {},
  volumes: {},
  configs: {},
  secrets: {},
  models: {},
  extensions: {},
};

test.each<{ options: ScopeOptions; shown: readonly string[]; awaited: readonly string[] }>([
  { options: { services: [] }, shown: ["web", "db"], awaited: ["web", "db", "quiet"] },
  { options: { services: ["web"] }, shown: ["web"], awaited: ["web"] },
  { options: { services: ["web"], attachDependencies: true }, shown: ["web", "db"], awaited: ["web"] },
  { options: { services: [], attach: ["db"] }, shown: ["db"], awaited: ["web", "db", "quiet"] },
  { options: { services: [], attach: ["quiet"] }, shown: ["quiet"], awaited: ["web", "db", "quiet"] },
  { options: { services: [], noAttach: ["db"] }, shown: ["web"], awaited: ["web", "db", "quiet"] },
  {
    options: { services: [], attach: ["db", "web"], noAttach: ["db"] },
    shown: ["web"],
    awaited: ["web", "db", "quiet"],
  },
])("shows $shown for $options", ({ options, shown, awaited }) => {
  const scope = attachScope(project, options);
  const names = Object.keys(services);
  expect(names.filter((service) => scope.isShown({ service }))).toEqual(shown);
  expect(names.filter((service) => scope.isAwaited({ service }))).toEqual(awaited);
});
