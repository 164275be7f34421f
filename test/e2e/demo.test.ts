import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { EngineApi } from "../support/engine-api.ts";
import { freePort } from "../support/free-port.ts";
import { TestProject } from "../support/test-project.ts";
import { describeOutcome, type Outcome, start } from "../support/tool.ts";

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
