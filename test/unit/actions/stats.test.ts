import { expect, test } from "vitest";
import { type ContainerStats, stats } from "../../../src/actions/stats.ts";
import type { Context } from "../../../src/context.ts";
import type { ContainerStatsBody } from "../../../src/docker-api/measurement.ts";
import { listedRow, listingEngine } from "../../support/listing-engine.ts";

const body: ContainerStatsBody = {
  read: "2026-11-21T05:28:11Z",
  cpu_stats: { cpu_usage: { total_usage: 300 }, system_cpu_usage: 2000, online_cpus: 2 },
  precpu_stats: { cpu_usage: { total_usage: 200 }, system_cpu_usage: 1000 },
  memory_stats: { usage: 1000, limit: 4000, stats: { inactive_file: 200 } },
  pids_stats: { current: 3 },
  networks: { eth0: { rx_bytes: 1, tx_bytes: 2 }, eth1: { rx_bytes: 10, tx_bytes: 20 } },
  blkio_stats: {
    io_service_bytes_recursive: [
      { op: "Read", value: 5 },
      { op: "write", value: 6 },
      { op: "read", value: 7 },
    ],
  },
};

async function measured(...bodies: readonly ContainerStatsBody[]): Promise<readonly (readonly ContainerStats[])[]> {
  const rows = [1, 2].map((number) => listedRow({ name: `app-web-${number}`, service: "web", number }));
  const { engine } = listingEngine(rows);
  const rounds: (readonly ContainerStats[])[] = [];
  const measuring = {
    ...engine,
    stats: async function* () {
      yield* bodies;
    },
  };
  const context = { engine: measuring, signal: new AbortController().signal } as unknown as Context;
  await stats({ name: "app" }, {}, { ...context, write: (round) => rounds.push(round) });
  return rounds;
}

test("reckons as the docker CLI does", async () => {
  const [[first] = []] = await measured(body);
  expect(first).toMatchObject({
    name: "app-web-1",
    cpuPercent: 20,
    memoryBytes: 800,
    memoryLimitBytes: 4000,
    receivedBytes: 11,
    sentBytes: 22,
    readBytes: 12,
    writtenBytes: 6,
    processes: 3,
  });
});

test("tells a round only when every container has been measured anew", async () => {
  const rounds = await measured(body, body, body);
  expect(rounds.map((round) => round.length)).toEqual([2, 2, 2]);
});

test("takes a container that does not run for one that uses nothing", async () => {
  const nothing = {
    ...body,
    cpu_stats: { cpu_usage: { total_usage: 0 } },
    memory_stats: {},
    networks: {},
    pids_stats: {},
  };
  const [[first] = []] = await measured(nothing);
  expect(first).toMatchObject({ cpuPercent: 0, memoryBytes: 0, memoryLimitBytes: 0, processes: 0 });
});

test("goes on with containers that start later", async () => {
  const rows = [1].map((number) => listedRow({ name: `app-web-${number}`, service: "web", number }));
  const { engine } = listingEngine(rows);
  const names: string[][] = [];
  const until = Promise.withResolvers<void>();
  const measuring = {
    ...engine,
    events: () =>
      Promise.resolve({
        async *[Symbol.asyncIterator]() {
          rows.push(listedRow({ name: "app-web-2", service: "web", number: 2 }));
          yield { Action: "start" };
          await until.promise;
        },
        [Symbol.asyncDispose]: () => Promise.resolve(),
      }),
    stats: async function* (id: string) {
      yield body;
      if (id.endsWith("2")) until.resolve();
      else await until.promise;
      yield body;
    },
  };
  const context = { engine: measuring, signal: new AbortController().signal } as unknown as Context;
  await stats(
    { name: "app" },
    { follow: true },
    { ...context, write: (round) => names.push(round.map(({ name }) => name)) },
  );
  expect(names[0]).toEqual(["app-web-1"]);
  expect(names.slice(1)).toContainEqual(["app-web-1", "app-web-2"]);
});
