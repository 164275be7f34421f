import { expect, test } from "vitest";
import { startOwnEngine } from "../../support/embedded-engine.ts";
import { soakWatch } from "../../support/watch-soak.ts";

test("files that change in random ways are followed on an engine of our own, and nothing is lost", async () => {
  await using own = await startOwnEngine();
  await own.borrow("busybox:latest");
  const { settledMs } = await soakWatch({
    seed: 11,
    operations: 300,
    perRound: 100,
    patienceMs: 60_000,
    engine: own.api,
  });
  expect(settledMs).toHaveLength(3);
  expect(own.faults).toEqual([]);
});
