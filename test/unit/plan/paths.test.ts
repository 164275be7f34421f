import { expect, test } from "vitest";
import { reconcile } from "../../../src/plan/reconcile.ts";
import { pathsInUse } from "../../../src/plan/paths.ts";
import { converged, engineWith } from "../../support/planned.ts";
import { sampleProject, type Sample } from "../../support/sample-project.ts";

const object = (key: string) => ({ [key]: { key, name: key, file: `/app/${key}`, isExternal: false } });
const bind = (createHostPath: boolean) =>
  ({ type: "bind", source: "/app/data", target: "/d", bind: { createHostPath } }) as const;

const sample = (more: Sample["services"][string] = {}): Sample => ({
  services: {
    web: { secrets: [{ source: "key" }], configs: [{ source: "settings" }], volumes: [bind(false)], ...more },
    other: { secrets: [{ source: "key" }], volumes: [bind(true)] },
  },
  secrets: object("key"),
  configs: { ...object("settings"), ...object("unused") },
});
const absentPaths = ["/app/key", "/app/settings", "/app/data", "/app/unused"];
const inputs = { environment: {}, seccompProfiles: {}, nowMs: 0, absentPaths };

test("only paths that the engine would miss are looked for", () => {
  expect(pathsInUse(sampleProject(sample())).toSorted()).toEqual(["/app/data", "/app/key", "/app/settings"]);
});

test("what a new container would miss is told before anything is done, once each", () => {
  const project = sampleProject(sample());
  expect(() => reconcile(project, engineWith(project), { inputs })).toThrow(
    expect.objectContaining({
      problems: [
        expect.objectContaining({ path: ["secrets", "key", "file"], message: 'no such file "/app/key"' }),
        expect.objectContaining({ path: ["configs", "settings", "file"], message: 'no such file "/app/settings"' }),
        expect.objectContaining({
          path: ["services", "web", "volumes", 0, "source"],
          message: 'no such file or directory "/app/data", and create_host_path is false',
        }),
      ],
    }),
  );
});

test("what containers already have is not asked for again", () => {
  expect(reconcile(sampleProject(sample()), converged(sample()), { inputs }).steps).toEqual([]);
});

test("nor what services that are left alone would have", () => {
  const plan = reconcile(sampleProject(sample()), converged(sample()), { inputs, services: ["other"] });
  expect(plan.steps).toEqual([]);
});
