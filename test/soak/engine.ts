// Lets random operations loose on an embedded engine and kills it in the middle of them, round after round; what it tells
// must be what is after each.
//   node test/soak/engine.ts [SEED] [ROUNDS]
import { engineChaos } from "../support/engine-chaos.ts";
import { expectEngines, leftByEngines } from "../support/engine-leftovers.ts";
import { EngineProcess } from "../support/engine-process.ts";
import { seededRandom } from "../support/seeded-random.ts";

const [seed = String(Date.now() % 1_000_000), rounds = "200"] = process.argv.slice(2);
process.stdout.write(`seed ${seed}\n`);
const notes = await expectEngines();
{
  await using engine = await EngineProcess.start("soak");
  await engine.borrow("busybox:latest");
  const onRound = (round: number): void => void (round % 10 === 0 && process.stdout.write(`round ${round}\n`));
  const report = await engineChaos({ engine, rounds: Number(rounds), random: seededRandom(Number(seed)), onRound });
  const { operations, kills, lines } = report;
  process.stdout.write(`${operations} operations, ${kills} kills: all as told; ${lines} lines, none lost or doubled\n`);
}
const left = await leftByEngines(notes);
if (left.length > 0) throw new Error(`left behind: ${left.join(", ")}`);
