// Lets 10,000 random file operations loose on a watched folder, and compares the container with it after each hundred.
//   node test/soak/watch.ts [SEED] [OPERATIONS]
import { soakWatch } from "../support/watch-soak.ts";

/** So long after the last change a container holds what the folder holds. */
const promisedMs = 1000;

const [seed = String(Date.now() % 1_000_000), operations = "10000"] = process.argv.slice(2);
process.stdout.write(`seed ${seed}\n`);
const report = await soakWatch({
  seed: Number(seed),
  operations: Number(operations),
  perRound: 100,
  patienceMs: 10_000,
});
const sorted = report.settledMs.toSorted((a, b) => a - b);
const at = (share: number): string => (sorted[Math.floor(share * (sorted.length - 1))] ?? 0).toFixed(0);
process.stdout.write(
  `${report.operations} operations in ${report.rounds} rounds, all equal; settled in ${at(0.5)} ms (median), ${at(0.95)} ms (95 %), ${at(1)} ms (longest)\n`,
);
const late = sorted.filter((settledMs) => settledMs > promisedMs);
if (late.length > 0) {
  process.stdout.write(`${late.length} rounds needed more than ${promisedMs} ms\n`);
  process.exitCode = 1;
}
