// What it takes to give PostgreSQL 1 GB of data back: `stack.restore`, beside a copy of the volume by the engine, and beside a
// restart of the service alone, turn by turn.
//   node test/bench/snapshot.ts [MEGABYTES] [ROUNDS]
// On the engine at DOCKER_HOST, or with TSCOMPOSE_ENGINE=embedded on the one that tscompose starts.
import { join } from "node:path";
import { compose } from "tscompose/testing";
import { EngineApi } from "../support/engine-api.ts";
import { TestProject } from "../support/test-project.ts";
import { clocked, interleave } from "./measure.ts";

const [megabytes = 1024, rounds = 5] = process.argv.slice(2).map(Number);

const file = `
services:
  db:
    image: postgres:15-alpine
    environment: { POSTGRES_PASSWORD: secret }
    command: -c max_wal_size=64MB
    volumes: ["entries:/var/lib/postgresql/data"]
    healthcheck: { test: pg_isready --host=127.0.0.1, interval: 100ms, retries: 600 }
  # As much data on the same disk, copied by nothing but cp.
  copier:
    image: postgres:15-alpine
    entrypoint: sleep infinity
    stop_signal: SIGKILL
    volumes: ["copies:/copies"]
volumes: { entries: {}, copies: {} }
`;

await using project = await TestProject.create({ "compose.yaml": file }, new EngineApi());
const options = { env: { COMPOSE_PROJECT_NAME: project.name } };
await using stack = await compose<string>(join(project.directory, "compose.yaml"), options);
const { db, copier } = stack.services;
if (db === undefined || copier === undefined) throw new Error("services are missing");
const sql = async (text: string): Promise<string> => {
  const { exitCode, stdout, stderr } = await db.exec(["psql", "--username=postgres", "-Atc", text]);
  if (exitCode !== 0) throw new Error(stderr);
  return stdout.trim();
};
// A row and its header are about 1 kB.
await sql(
  `CREATE TABLE entries AS SELECT n, repeat(md5(n::text), 31) AS text FROM generate_series(1, ${megabytes * 1000}) AS n`,
);
await sql("CHECKPOINT");
const size = Number.parseInt((await db.exec(["du", "-sm", "/var/lib/postgresql/data"])).stdout, 10);
const shell = (text: string): Promise<unknown> => copier.exec(["sh", "-ec", text]);
await shell(
  `mkdir /copies/from; for n in $(seq ${size}); do dd if=/dev/urandom of=/copies/from/$n bs=1M count=1; done`,
);

let snapshot: Awaited<ReturnType<typeof stack.snapshot>> | undefined;
const snapshotMs = await clocked(async () => (snapshot = await stack.snapshot({ services: ["db"] })));
const clean = snapshot;
if (clean === undefined) throw new Error("there is no snapshot");
await using _ = clean;

const figures = await interleave(
  [
    {
      name: "restore",
      measure: async () => {
        await sql("DELETE FROM entries WHERE n <= 1000");
        const took = await clocked(() => stack.restore(clean));
        if ((await sql("SELECT count(*) FROM entries WHERE n <= 1000")) !== "1000") throw new Error("data is lost");
        return { took };
      },
    },
    {
      name: "restart",
      measure: async () => {
        // As much to be written as before a restore: what ends waits for that.
        await sql("UPDATE entries SET text = text WHERE n <= 1000");
        const stop = await clocked(() => db.stop({ graceMs: 60_000 }));
        return { took: stop + (await clocked(() => db.start())) };
      },
    },
    {
      name: "copy",
      measure: async () => {
        await shell("rm -rf /copies/to");
        return { took: await clocked(() => shell("cp -a /copies/from/. /copies/to")) };
      },
    },
  ],
  rounds,
);
const of = (name: string): number => figures.find(({ contestant }) => contestant === name)?.median ?? 0;
console.log(`volume of ${size} MB, snapshot in ${snapshotMs.toFixed(0)} ms, medians of ${rounds}:`);
console.log(
  `restore ${of("restore").toFixed(0)} ms, restart alone ${of("restart").toFixed(0)} ms, copy ${of("copy").toFixed(0)} ms`,
);
console.log(
  `restore beyond the restart: ${(of("restore") - of("restart")).toFixed(0)} ms (embedded: at most 100); ratio to a copy: ${(of("restore") / of("copy")).toFixed(2)} (at most 1.50)`,
);
