import { once } from "node:events";
import { rm } from "node:fs/promises";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { engineFolder } from "../support/embedded-engine.ts";
import { EngineApi } from "../support/engine-api.ts";
import { freePort } from "../support/free-port.ts";
import { TestProject } from "../support/test-project.ts";
import { describeOutcome, type Outcome, start, tscompose } from "../support/tool.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const demo = { name: "npm run demo", command: [process.execPath, "test/toolchain/demo.ts"] } as const;

test("the demo counts the entries, run after run, and helps when its port is taken", async () => {
  const engine = new EngineApi();
  await using project = await TestProject.create({}, engine);
  const run = (port: number): Promise<Outcome> => {
    const names = { COMPOSE_PROJECT_NAME: project.name, DOCKER_HOST: engine.address };
    return start(demo, [], { directory: root, environment: { ...names, GUESTBOOK_PORT: String(port) } }).outcome;
  };
  const port = await freePort();
  for (const told of [/open at http:\/\/localhost:\d+ and has 1 entry\./, /and has 2 entries\./]) {
    const outcome = await run(port);
    expect(outcome.exitCode, describeOutcome(outcome)).toBe(0);
    expect(outcome.stdout).toMatch(told);
  }

  const somebody = createServer().listen(0);
  await once(somebody, "listening");
  const { port: taken } = somebody.address() as AddressInfo;
  const outcome = await run(taken);
  somebody.close();
  expect(outcome.exitCode, describeOutcome(outcome)).toBe(1);
  expect(outcome.stderr).toMatch(new RegExp(`another program holds port ${taken}: GUESTBOOK_PORT=\\d+ npm run demo`));
});

test("the demo needs no engine but the one that tscompose brings along", async () => {
  const folder = await engineFolder("demo");
  const environment = {
    TSCOMPOSE_ENGINE: "embedded",
    TSCOMPOSE_ENGINE_DATA: join(folder, "data"),
    TSCOMPOSE_ENGINE_RUN: join(folder, "run"),
    GUESTBOOK_PORT: String(await freePort()),
  };
  await using clean = new AsyncDisposableStack();
  clean.defer(() => rm(folder, { recursive: true, force: true }));
  clean.defer(async () => {
    await start(tscompose, ["engine", "reset", "--force"], { directory: root, environment }).outcome;
  });
  const outcome = await start(demo, [], { directory: root, environment }).outcome;
  expect(outcome.exitCode, describeOutcome(outcome)).toBe(0);
  expect(outcome.stdout).toMatch(/open at http:\/\/localhost:\d+ and has 1 entry\./);
});
