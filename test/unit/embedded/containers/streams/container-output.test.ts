import { appendFileSync, mkdirSync, mkdtempDisposableSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { setImmediate as nextTurn } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { LogFile } from "../../../../../src/embedded/containers/logs/log-file.ts";
import { logOptions } from "../../../../../src/embedded/containers/logs/log-options.ts";
import { LogPlaceFile } from "../../../../../src/embedded/containers/logs/log-place.ts";
import { ContainerOutput } from "../../../../../src/embedded/containers/streams/container-output.ts";
import { OutputClient } from "../../../../../src/embedded/containers/streams/output-client.ts";
import { spoolStart } from "../../../../../src/embedded/host/spool.ts";

let folder: { readonly path: string; remove(): void };
beforeEach(() => (folder = mkdtempDisposableSync(join(tmpdir(), "output-"))));
afterEach(() => folder.remove());

test("one whose run is over leaves the output of the next run alone, whoever leaves late", async () => {
  const [spool, faults, clients] = [join(folder.path, "spool"), [] as unknown[], new Set<OutputClient>()];
  mkdirSync(spool);
  const slow = new OutputClient(new PassThrough(), {
    streams: new Set(["stdout"]),
    isFramed: false,
    onRelief: () => {},
  });
  clients.add(slow);
  const log = new LogFile(join(folder.path, "log"), logOptions({}));
  const output = new ContainerOutput(
    { spool, pipes: { stdout: join(folder.path, "out"), stderr: join(folder.path, "err") } },
    { logBytes: 0, places: { stdout: spoolStart, stderr: spoolStart } },
    {
      log,
      progress: new LogPlaceFile(join(folder.path, "place")),
      clients,
      now: () => "2026-01-01T00:00:00Z",
      onFault: (fault) => faults.push(fault),
    },
  );
  await nextTurn();
  appendFileSync(join(spool, "out.0.000000000"), `${"x".repeat(2 * 1024 * 1024)}\n`);
  await output.finish();
  expect(slow.isCongested).toBe(true);
  log.close();
  rmSync(spool, { recursive: true });
  mkdirSync(spool);
  const next = ["out.0.000000000", "out.0.000000001", "out.0.000000002", "out.0.000000003"];
  for (const name of next) appendFileSync(join(spool, name), "of the next run\n".repeat(70_000));
  clients.delete(slow);
  output.relieve();
  for (let turn = 0; turn < 10; turn += 1) await nextTurn();
  expect(faults).toEqual([]);
  expect(readdirSync(spool).toSorted()).toEqual(next);
});
