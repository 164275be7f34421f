import { describe, expect, test } from "vitest";
import { building } from "../../../src/plan/building.ts";
import { reconcile } from "../../../src/plan/reconcile.ts";
import { pathsBuiltFrom, pathsInUse } from "../../../src/plan/paths.ts";
import { converged, engineWith } from "../../support/planned.ts";
import { sampleProject, type Sample } from "../../support/sample-project.ts";
import { emptySnapshot } from "../../support/simulate-plan.ts";

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

describe("what an image is built from", () => {
  const built = (build: object, more = {}) => sampleProject({ services: { web: { build, ...more } } });
  const missing = (...absent: string[]) => ({ inputs: { ...inputs, absentPaths: absent } });
  const none = emptySnapshot("app");

  test.each([
    { absent: ["/app/src", "/app/src/Dockerfile"], told: 'services.web.build.context: no such directory "/app/src"' },
    { absent: ["/app/src/Dockerfile"], told: 'services.web.build.dockerfile: no such file "/app/src/Dockerfile"' },
  ])("is told when it is not there: $told", ({ absent, told }) => {
    const project = built({ context: "/app/src" });
    expect(() => reconcile(project, none, missing(...absent))).toThrow(told);
    expect(() => building(project, none, { absentPaths: absent })).toThrow(told);
  });

  test("need not be there when the image can be pulled, or is there already", () => {
    const project = built({ context: "/app/src" }, { image: "web:1" });
    expect(() => reconcile(project, none, missing("/app/src"))).not.toThrow();
    expect(() => reconcile(project, engineWith(project), missing("/app/src"))).not.toThrow();
  });

  test.each([
    { build: { context: "/a" }, paths: ["/a", "/a/Dockerfile"] },
    { build: { context: "/a", dockerfile: "b/D" }, paths: ["/a", "/a/b/D"] },
    { build: { context: "/a", dockerfile: "/b/D" }, paths: ["/a", "/b/D"] },
    { build: { context: "/a", dockerfileInline: "FROM x" }, paths: ["/a"] },
    { build: { context: "https://example.com/a.git" }, paths: [] },
  ])("are these of $build: $paths", ({ build, paths }) => {
    expect(pathsBuiltFrom(built(build))).toEqual(paths);
  });
});
