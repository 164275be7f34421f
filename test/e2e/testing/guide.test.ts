// The code of docs/testing.md that is not of examples/test-suite, as it stands there; test/unit/docs.test.ts holds the page to it.
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { compose } from "tscompose/testing";
import { down, load, logs, openContext, planUp, renderPlan, up } from "tscompose";
import { EngineApi } from "../../support/engine-api.ts";
import { TestProject } from "../../support/test-project.ts";

const engine = new EngineApi();
let given: TestProject;

beforeAll(async () => {
  const services = `
services:
  db: { image: redis:7, ports: ["6379"], healthcheck: { test: "redis-cli ping", interval: 200ms, retries: 50 } }
`;
  given = await TestProject.create({ "compose.yaml": services }, engine);
});

afterAll(() => given[Symbol.asyncDispose]());

test("a service is looked into and disturbed as the guide says", async () => {
  const env = { COMPOSE_PROJECT_NAME: given.name };
  await using stack = await compose<string>(join(given.directory, "compose.yaml"), { engine: engine.address, env });
  const db = stack.services["db"];
  if (db === undefined) throw new Error("there is no db");
  const { exitCode, stdout } = await db.exec(["redis-cli", "ping"]);
  await db.pause(); // connections stay open, nothing answers
  await db.unpause();
  await db.kill();
  await db.start(); // resolves when it is healthy again; its port may be another one now
  for await (const { line } of db.logs({ follow: true })) if (line.includes("Ready to accept")) break;
  expect([exitCode, stdout]).toEqual([0, "PONG\n"]);
});

test("the library brings a project up as the guide says", async () => {
  const print: string[] = [];
  const console = { log: (text: string): void => void print.push(text) };
  const { directory: workingDirectory, name: projectName } = given;
  await using context = await openContext({ workingDirectory, engine: engine.address });
  const { project, environment } = await load({ projectName }, context);
  const plan = await planUp(project, { environment }, context);
  for (const line of renderPlan(plan)) console.log(line);
  await up(project, { environment, wait: true }, context);
  for await (const { service, line } of logs(project, { tail: 10 }, context)) console.log(`${service}: ${line}`);
  await down(project, { volumes: true }, context);
  expect(print.join("\n")).toContain("db: ");
});
