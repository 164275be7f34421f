import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, readFile, symlink } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { EngineApi } from "../../support/engine-api.ts";
import { runPrefix, TestProject } from "../../support/test-project.ts";

const root = join(import.meta.dirname, "../../..");
const engine = new EngineApi();

const services = `
services:
  db:
    image: busybox
    command: sh -c 'echo the password is open-sesame; echo corrupt index >&2; exec sleep infinity'
    environment: { DB_PASSWORD: open-sesame }
    stop_signal: SIGKILL
    healthcheck: { test: "test ! -e /broken || { echo >> /seen; echo index is corrupt; exit 1; }", interval: 100ms, retries: 1 }
  api:
    image: busybox
    command: sleep infinity
    stop_signal: SIGKILL
    depends_on: { db: { condition: service_healthy } }
`;
const wrong = `
services:
  db: { image: busybox, command: "sh -c 'echo no such table >&2; exit 3'", healthcheck: { test: "true" } }
  api: { image: busybox, command: sleep infinity, depends_on: { db: { condition: service_healthy } } }
`;

/** Three tests: one passes, one fails while its database is broken, one has a stack that does not start. */
const tests = (imports: string, options: object): string => `${imports}
import { compose } from "tscompose/testing";
const options = ${JSON.stringify(options)};
test("passes", async () => {
  await using stack = await compose("compose.yaml", options);
});
test("fails beside a broken database", async () => {
  await using stack = await compose("compose.yaml", options);
  await stack.services.db.exec(["touch", "/broken"]);
  // When a second probe has begun, the engine knows of the first.
  await stack.services.db.exec(["sh", "-c", "until [ $(wc -l < /seen) -gt 1 ]; do sleep 0.1; done"]);
  throw new Error("the api does not answer");
});
test("has nothing to run on", async () => {
  await using stack = await compose("wrong.yaml", options);
});
`;

describe("the reporter of", () => {
  test("vitest shows who is to blame for a test that fails, and keeps the whole", async () => {
    await using project = await suite("suite.test.mjs", 'import { test } from "vitest";', vitestConfig());
    await check(project, [...vitest, "--root", project.directory]);
  });

  test("vitest shows what global set-up held while a test failed, and keeps nothing when none did", async () => {
    await using project = await suite("suite.test.mjs", 'import { test } from "vitest";', {
      ...vitestConfig("held.mjs"),
      "held.mjs": `import { forRun } from "tscompose/testing";
        export const { setup, teardown } = forRun("held.yaml", ${JSON.stringify({ engine: engine.address })});`,
      "held.yaml": `name: ${runPrefix}held\nservices: { cache: { image: busybox, command: "sleep infinity" } }\n`,
    });
    await project.write({
      "suite.test.mjs": `import { test } from "vitest";
        test("is green", () => {});
        test("is red", () => { throw new Error("for no reason of the cache's"); });`,
    });
    const args = [...vitest, "--root", project.directory, "-t"];
    const dossiers = join(project.directory, "test-results/tscompose");
    const red = await runNode([...args, "is red"], project.directory);
    expect(red.exitCode, red.output).toBe(1);
    expect(red.output).toContain("held.yaml ran while this failed: is red\n");
    const folders = await readdir(dossiers);
    expect(folders).toHaveLength(1);
    expect(red.output).toContain(`all of it: ${join(dossiers, folders.join(""))}\n`);
    const green = await runNode([...args, "is green"], project.directory);
    expect(green.exitCode, green.output).toBe(0);
    expect(await readdir(dossiers)).toEqual([]);
  });

  test("node:test shows who is to blame for a test that fails, and keeps the whole", async () => {
    await using project = await suite("suite.test.mjs", 'import { test } from "node:test";', {});
    await check(project, ["--test", "--test-reporter=tscompose/testing/node-reporter", "suite.test.mjs"]);
  });
});

const vitest = ["node_modules/vitest/vitest.mjs", "run"];

function vitestConfig(...globalSetup: readonly string[]): Readonly<Record<string, string>> {
  return {
    "vitest.config.mjs": `export default { test: {
      include: ["*.test.mjs"],
      globalSetup: ${JSON.stringify(globalSetup)},
      testTimeout: 60_000,
      reporters: ["default", "tscompose/testing/vitest-reporter"],
    } };`,
  };
}

async function suite(name: string, imports: string, more: Readonly<Record<string, string>>): Promise<TestProject> {
  const project = await TestProject.create({ "compose.yaml": services, "wrong.yaml": wrong, ...more }, engine);
  const options = { engine: engine.address, env: { COMPOSE_PROJECT_NAME: project.name } };
  await project.write({ [name]: tests(imports, options), "package.json": '{ "type": "module" }' });
  await mkdir(join(project.directory, "node_modules"));
  await symlink(root, join(project.directory, "node_modules/tscompose"));
  await symlink(join(root, "node_modules/vitest"), join(project.directory, "node_modules/vitest"));
  return project;
}

async function check(project: TestProject, args: readonly string[]): Promise<void> {
  const { exitCode, output } = await runNode(args, project.directory);
  expect(exitCode, output).toBe(1);
  const dossiers = join(project.directory, "test-results/tscompose");
  const folders = await readdir(dossiers);
  expect(folders, output).toHaveLength(2);
  expect(output).toMatch(
    /compose\.yaml ran while this failed: fails beside a broken database\n\s+db: container \S+ is unhealthy/,
  );
  expect(output).toMatch(
    /depend on it: api\n\s+last probe exited with 1: index is corrupt\n\s+last output:\n\s+corrupt index/,
  );
  expect(output).toMatch(/wrong\.yaml did not start\n\s+db: container \S+ exited \(3\)\n\s+not started: api\n/);
  expect(output).toContain("no such table");
  expect(output).not.toContain("open-sesame");
  let covered = 0;
  for (const folder of folders) {
    expect(output).toContain(`all of it: ${join(dossiers, folder)}`);
    const names = await readdir(join(dossiers, folder));
    expect(names.toSorted()).toEqual([
      "containers.json",
      "events.jsonl",
      "logs.txt",
      "plan.txt",
      "screen.txt",
      "steps.jsonl",
      "tscompose-dossier.json",
    ]);
    const texts = await Promise.all(names.map((name) => readFile(join(dossiers, folder, name), "utf8")));
    for (const text of texts) expect(text).not.toContain("open-sesame");
    expect(await readFile(join(dossiers, folder, "logs.txt"), "utf8")).toMatch(/db-1 \| (corrupt index|no such table)/);
    expect(await readFile(join(dossiers, folder, "plan.txt"), "utf8")).toMatch(/start/);
    expect(await readFile(join(dossiers, folder, "events.jsonl"), "utf8")).toContain('"action":"start"');
    covered += texts.join("\n").split("DB_PASSWORD=***").length - 1;
  }
  expect(covered).toBeGreaterThan(0);
}

async function runNode(args: readonly string[], cwd: string): Promise<{ exitCode: number | null; output: string }> {
  const { NODE_TEST_CONTEXT: _, VITEST: __, ...own } = process.env;
  const env = { ...own, NO_COLOR: "1", FORCE_COLOR: "0" };
  const child = spawn(process.execPath, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (output += text));
  const [exitCode] = (await once(child, "close")) as [number | null];
  return { exitCode, output };
}
