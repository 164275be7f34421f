// A compose file in a test: `tscompose/testing` beside `DockerComposeEnvironment` of testcontainers, turn by turn, each turn in a
// process of its own, as test runners have it.
//   node test/bench/testing.ts [ROUNDS]
// Needs Docker Compose (see test/support/tool.ts) and the engine at DOCKER_HOST; testcontainers is installed in a temporary
// folder. Its reaper, a further container, is left out. "The floor" is what the engine and PostgreSQL take by themselves:
// it has to be on this machine.
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { EngineApi, engineAddress } from "../support/engine-api.ts";
import { TestProject } from "../support/test-project.ts";
import { dockerCompose } from "../support/tool.ts";
import { type Contestant, interleave } from "./measure.ts";
import { floorOf, type Part } from "./testing-floor.ts";

const rival = "testcontainers@12";
const rounds = Number(process.argv[2] ?? 7);
const root = join(import.meta.dirname, "../..");
const run = promisify(execFile);

/** As the documentation of Docker Compose has it, and as people write it who are in a hurry. */
const database = (interval: string): string => `
  db:
    image: postgres:15-alpine
    environment: { POSTGRES_PASSWORD: secret }
    ports: ["5432"]
    healthcheck: { test: pg_isready --host=127.0.0.1, interval: ${interval}, retries: 60 }
  cache:
    image: redis:7-alpine
    ports: ["6379"]
    healthcheck: { test: redis-cli ping, interval: ${interval}, retries: 60 }
  app:
    image: busybox
    command: sleep infinity
    stop_signal: SIGKILL
    depends_on: { db: { condition: service_healthy }, cache: { condition: service_healthy } }`;

const app: Part = { image: "busybox", command: ["sleep", "infinity"] };
const databaseParts: readonly Part[] = [
  { image: "postgres:15-alpine", environment: ["POSTGRES_PASSWORD=secret"], port: 5432 },
  { image: "redis:7-alpine", port: 6379 },
  app,
];

/** What is started, by what is said of it. */
const files: Readonly<Record<string, { readonly text: string; readonly parts: readonly Part[] }>> = {
  "one service, no health check": {
    text: "services:\n  app: { image: busybox, command: sleep infinity, stop_signal: SIGKILL }\n",
    parts: [app],
  },
  "PostgreSQL, Redis and an app, probed every 10 s": { text: `services:${database("10s")}\n`, parts: databaseParts },
  "PostgreSQL, Redis and an app, probed every 500 ms": {
    text: `services:${database("500ms")}\n`,
    parts: databaseParts,
  },
};

if (dockerCompose === undefined) throw new Error("Docker Compose is needed: testcontainers calls it");
await using cleaning = new AsyncDisposableStack();
const folder = await mkdtemp(join(tmpdir(), "tscompose-bench-"));
cleaning.defer(() => rm(folder, { recursive: true, force: true }));
await run("npm", ["install", "--prefix", folder, "--no-audit", "--no-fund", "--ignore-scripts", rival]);
const theirs = createRequire(join(folder, "index.js")).resolve("testcontainers");
const ours = join(root, "dist/testing/index.js");

for (const [what, { text, parts }] of Object.entries(files)) {
  await using project = await TestProject.create({ "compose.yaml": text }, new EngineApi());
  const figures = await interleave(
    [
      contestant("testcontainers", theirs, project),
      contestant("tscompose", ours, project),
      floorOf(engineAddress, parts),
    ],
    rounds,
  );
  for (const metric of ["load", "start", "stop"]) {
    const of = (name: string): number =>
      figures.find((figure) => figure.metric === metric && figure.contestant === name)?.median ?? 0;
    const [one, other, floor] = [of("tscompose"), of("testcontainers"), of("floor")];
    const goal = metric === "load" ? "" : " (at most 0.60)";
    const ofFloor = floor === 0 ? "" : `; floor ${floor.toFixed(0)} ms, ratio ${(floor / other).toFixed(2)}`;
    console.log(
      `${what}: ${metric}: tscompose ${one.toFixed(0)} ms, testcontainers ${other.toFixed(0)} ms, ratio ${(one / other).toFixed(2)}${goal}${ofFloor}`,
    );
  }
}

function contestant(name: string, module: string, project: TestProject): Contestant {
  // The way to Docker Compose may lead through a program that shows it to others: both go that way.
  const [program, ...prefix] = [
    ...(dockerCompose?.command.slice(0, -2) ?? []),
    process.execPath,
    join(import.meta.dirname, "testing-worker.ts"),
  ];
  const environment = { ...process.env, DOCKER_HOST: engineAddress, TESTCONTAINERS_RYUK_DISABLED: "true" };
  return {
    name,
    measure: async () => {
      const { stdout } = await run(program, [...prefix, name, module, project.directory], { env: environment });
      return JSON.parse(stdout) as Record<string, number>;
    },
  };
}
