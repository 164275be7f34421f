import { describe, expect, test } from "vitest";
import { ls } from "../../../src/actions/ls.ts";
import { ps, type PsOptions } from "../../../src/actions/ps.ts";
import { findReplica, type Subject } from "../../../src/actions/select-containers.ts";
import type { Context } from "../../../src/context.ts";
import type { ContainerInspect } from "../../../src/docker-api/container.ts";
import { listedRow, listingEngine } from "../../support/listing-engine.ts";
import { sampleProject } from "../../support/sample-project.ts";

const rows = [
  listedRow({ name: "app-web-2", service: "web", number: 2, Status: "Up 1 minute (healthy)" }),
  listedRow({ name: "app-web-1", service: "web", number: 1, State: "exited", Status: "Exited (3) 1 minute ago" }),
  listedRow({ name: "app-web-run-1", service: "web" }),
  listedRow({ name: "app-db-1", service: "db", number: 1, State: "paused", Status: "Up 1 minute (Paused)" }),
  listedRow({ name: "app-old-1", service: "old", number: 1 }),
  listedRow({ name: "foreign", service: "web", number: 1, labels: { "com.docker.compose.project": "other" } }),
];
const byName: Subject = { name: "app" };
const byFiles: Subject = { name: "app", project: sampleProject({ services: { web: {}, db: {} } }) };
const contextOf = (engine: Context["engine"]): Context => ({ engine }) as Context;

async function names(subject: Subject, options: PsOptions): Promise<string[]> {
  const { engine } = listingEngine(rows);
  return (await ps(subject, options, contextOf(engine))).map(({ name }) => name);
}

describe("ps", () => {
  test.each<{ asks: string; subject?: Subject; options: PsOptions; gets: string[] }>([
    { asks: "nothing: what runs, replicas only, by name", options: {}, gets: ["app-db-1", "app-old-1", "app-web-2"] },
    { asks: "all", options: { all: true, services: ["web"] }, gets: ["app-web-1", "app-web-2", "app-web-run-1"] },
    { asks: "a state: stopped ones too", options: { states: ["exited"] }, gets: ["app-web-1"] },
    { asks: "no orphans", subject: byFiles, options: { orphans: false }, gets: ["app-db-1", "app-web-2"] },
    {
      asks: "a service by name that the files do not know",
      subject: byFiles,
      options: { services: ["old"] },
      gets: ["app-old-1"],
    },
  ])("lists, when asked for $asks", async ({ subject = byName, options, gets }) => {
    expect(await names(subject, options)).toEqual(gets);
  });

  test("needs one call, and one more only for a container whose list tells no exit code", async () => {
    const dead = listedRow({ name: "app-web-1", service: "web", number: 1, State: "dead", Status: "Dead" });
    const { engine, calls } = listingEngine([...rows.slice(3), dead], {
      "id-of-app-web-1": { State: { ExitCode: 9 } } as ContainerInspect,
    });
    const listed = await ps(byName, { all: true }, contextOf(engine));
    expect(listed.find(({ state }) => state === "dead")?.exitCode).toBe(9);
    expect(calls).toEqual(["list", "inspect id-of-app-web-1"]);
  });

  test.each([
    [byName, "wbe", 'did you mean "web"?'],
    [byName, "cache", 'services of "app": db, old, web'],
    [{ name: "nothing" }, "web", 'project "nothing" has no containers; see tscompose ls -a'],
  ])("refuses a service that nobody knows: %j %s", async (subject, service, hint) => {
    await expect(names(subject, { services: [service] })).rejects.toMatchObject({
      message: `no such service: ${service}`,
      hint,
    });
  });
});

describe("the replica that is entered", () => {
  const enter = async (index?: number): Promise<string> => {
    const { engine } = listingEngine(rows);
    const request = { service: "web", mustRun: true, ...(index === undefined ? {} : { index }) };
    return (await findReplica(engine, byName, request)).name;
  };

  test("is the lowest that runs, before any one-off", async () => {
    expect(await enter()).toBe("app-web-2");
  });

  test("is the one with the number, and never a one-off then", async () => {
    expect(await enter(2)).toBe("app-web-2");
    await expect(enter(1)).rejects.toMatchObject({
      message: 'service "web" is not running container #1',
      hint: "app-web-1: Exited (3) 1 minute ago; start it with: tscompose start web",
    });
    await expect(enter(3)).rejects.toMatchObject({ hint: "it has #1, #2" });
  });

  test("is a one-off where there is no replica", async () => {
    const { engine } = listingEngine([listedRow({ name: "app-web-run-1", service: "web" })]);
    expect((await findReplica(engine, byName, { service: "web", mustRun: true })).name).toBe("app-web-run-1");
  });
});

describe("ls", () => {
  const list = async (options: Parameters<typeof ls>[0]): Promise<unknown> =>
    ls(options, contextOf(listingEngine(rows).engine));

  test("counts containers by state, for each project", async () => {
    expect(await list({ all: true })).toEqual([
      { name: "app", status: "exited(1), paused(1), running(3)", configFiles: [] },
      { name: "other", status: "running(1)", configFiles: [] },
    ]);
  });

  test("shows only names that fit", async () => {
    expect(await list({ names: ["^oth"] })).toMatchObject([{ name: "other" }]);
    await expect(list({ names: ["("] })).rejects.toThrow('name filter: expected a regular expression, got "("');
  });
});
