import { expect, test } from "vitest";
import { engineChaos } from "../../support/engine-chaos.ts";
import { EngineProcess } from "../../support/engine-process.ts";
import { seededRandom } from "../../support/seeded-random.ts";

test("whatever is asked of an engine that is killed again and again, what it tells is what is", async () => {
  await using engine = await EngineProcess.start("chaos");
  await engine.borrow("busybox:latest");
  const seed = Math.floor(Math.random() * 1_000_000);
  const chaos = engineChaos({ engine, rounds: 5, random: seededRandom(seed) });
  const report = await chaos.catch((cause: unknown) => {
    throw new Error(`seed ${seed}`, { cause });
  });
  expect(report.operations).toBeGreaterThan(5);
  expect(report.lines).toBeGreaterThan(0);
});
