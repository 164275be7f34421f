import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as tscompose from "../../src/index.ts";
import { EngineApi } from "../support/engine-api.ts";
import { TestProject } from "../support/test-project.ts";

const file = `
services:
  web:
    image: busybox
    command: sh -c 'echo begun; exec httpd -f -h /www'
    stop_signal: SIGKILL
    ports: ["127.0.0.1::80"]
    volumes: ["www:/www"]
    healthcheck: { test: "true", interval: 1s }
  broken:
    image: busybox
    command: sh -c 'echo no such table >&2; exit 3'
    profiles: [broken]
    depends_on: { web: { condition: service_healthy } }
    healthcheck: { test: "true", interval: 1s }
volumes: { www: {} }
`;

describe("the library", () => {
  const engine = new EngineApi();
  const seen: tscompose.ProgressEvent[] = [];
  let given: TestProject;
  let context: tscompose.OpenContext;
  let project: tscompose.Project;

  beforeAll(async () => {
    given = await TestProject.create({ "compose.yaml": file }, engine);
    const { directory: workingDirectory, name } = given;
    const emit = (event: tscompose.ProgressEvent): void => void seen.push(event);
    context = await tscompose.openContext({ engine: engine.address, workingDirectory, emit });
    ({ project } = await tscompose.load({ projectName: name }, context));
  });

  afterAll(async () => {
    await context[Symbol.asyncDispose]();
    await given[Symbol.asyncDispose]();
  });

  test("plans, and writes nothing", async () => {
    const plan = await tscompose.planUp(project, { wait: true }, context);
    expect(tscompose.renderPlan(plan).join("\n")).toContain("web-1");
    expect(await given.belongings()).toEqual([]);
  });

  test("brings a project up, tells what happens, and plans nothing more", async () => {
    const { outcome } = await tscompose.up(project, { wait: true }, context);
    expect(outcome).toBe("succeeded");
    expect(await given.belongings()).toEqual(["container web-1", "network default", "volume www"]);
    expect(seen.some((event) => event.kind === "step-succeeded" && event.step.done === "Created")).toBe(true);
    expect((await tscompose.planUp(project, {}, context)).steps).toEqual([]);
  });

  test("looks at it", async () => {
    const [web] = await tscompose.ps(project, {}, context);
    expect(web).toMatchObject({ service: "web", state: "running", health: "healthy" });
    const address = await tscompose.port(project, { service: "web", target: 80, protocol: "tcp" }, context);
    const variables = await tscompose.env({ name: project.name }, context);
    expect(`${variables["WEB_HOST"]}:${variables["WEB_PORT"]}`).toBe(address);
    expect((await tscompose.volumes(project, {}, context)).map(({ Name }) => Name)).toEqual([`${project.name}_www`]);
    const [measured] = await Array.fromAsync(tscompose.stats(project, {}, context));
    expect(measured?.[0]?.memoryBytes).toBeGreaterThan(0);
  });

  test("reads logs line by line, and follows them until the reader leaves", async () => {
    const lines = await Array.fromAsync(tscompose.logs(project, {}, context));
    expect(lines.map(({ container, line }) => `${container} ${line}`)).toEqual(["web-1 begun"]);
    const [timed] = await Array.fromAsync(tscompose.logs(project, { timestamps: true }, context));
    expect(timed?.timestamp).toMatch(/^\d{4}-\d\d-\d\dT/);
    expect(timed?.line).toBe("begun");
    for await (const { line } of tscompose.logs(project, { follow: true }, context)) if (line === "begun") break;
  });

  test("runs commands and keeps what they write", async () => {
    const say = { service: "web", command: ["sh", "-c", "cat; echo oh >&2; exit 4"], input: "hello" };
    expect(await tscompose.exec(project, say, context)).toEqual({ exitCode: 4, stdout: "hello", stderr: "oh\n" });
    const alone = { service: "web", command: ["sh", "-c", 'echo "$WHO"; exit 5'], environment: { WHO: "me" } };
    expect(await tscompose.run(project, alone, context)).toMatchObject({ exitCode: 5, stdout: "me\n" });
    expect(await given.belongings()).toEqual(["container web-1", "network default", "volume www"]);
  });

  test("copies files in and out", async () => {
    const folder = await mkdtemp(join(tmpdir(), "tscompose-library-"));
    try {
      await writeFile(join(folder, "page"), "a page");
      const local = join(folder, "page");
      await tscompose.copyTo(project, { service: "web", path: "/www/index.html", local }, context);
      const at = await tscompose.port(project, { service: "web", target: 80, protocol: "tcp" }, context);
      expect(await (await fetch(`http://${at}/`)).text()).toBe("a page");
      const back = join(folder, "back");
      await tscompose.copyFrom(project, { service: "web", path: "/www/index.html", local: back }, context);
      expect(await readFile(back, "utf8")).toBe("a page");
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test("tells what happens to containers until the reader leaves", async () => {
    const events = tscompose.events(project, {}, context);
    const first = events.next();
    await tscompose.restart(project, { services: ["web"], graceMs: 0 }, context);
    const { value } = await first;
    expect(value).toMatchObject({ service: "web" });
    await events.return();
  });

  test("throws what failed, with its cause", async () => {
    const { name } = given;
    const { project: whole } = await tscompose.load({ projectName: name, profiles: ["broken"] }, context);
    const error = await tscompose.up(whole, { wait: true }, context).catch((thrown: unknown) => thrown);
    if (!(error instanceof tscompose.ExecutionError)) throw error;
    expect(error.failures[0]?.trouble).toMatchObject({ service: "broken", exitCode: 3, lastLines: ["no such table"] });
  });

  test("is ended by its signal", async () => {
    const controller = new AbortController();
    const within = { ...context, signal: controller.signal };
    const sleeping = tscompose.exec(
      project,
      { service: "web", command: ["sh", "-c", "echo here; sleep 600"], onOutput: () => controller.abort() },
      within,
    );
    await expect(sleeping).rejects.toMatchObject({ code: "interrupted" });
  });

  test("takes it down, known by its name only", async () => {
    await tscompose.down({ name: project.name }, { volumes: true, graceMs: 0 }, context);
    expect(await given.belongings()).toEqual([]);
  });
});
