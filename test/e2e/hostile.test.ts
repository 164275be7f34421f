import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { hostileFiles } from "../support/hostile-files.ts";
import { folderOf, hostilePlaces } from "../support/hostile-places.ts";
import { describeOutcome, type Outcome, start, tscompose } from "../support/tool.ts";

const preload = join(import.meta.dirname, "../support/report-usage.cjs");

/** What a command took of the machine. */
interface Usage {
  readonly memoryMb: number;
  readonly processorSeconds: number;
}

/** Reads a project; tells how that ended, and what it took. */
async function read(directory: string): Promise<{ readonly outcome: Outcome; readonly usage: Usage }> {
  using report = folderOf({});
  const usageReport = join(report.path, "usage.json");
  const outcome = await start(tscompose, ["config", "--quiet"], {
    directory,
    environment: { NODE_OPTIONS: `--require=${preload}`, USAGE_REPORT: usageReport },
  }).outcome;
  return { outcome, usage: JSON.parse(readFileSync(usageReport, "utf8")) as Usage };
}

/** The processor time that an ordinary project takes, at its most, again and again until something else is over. */
async function usualSeconds(until: Promise<unknown>): Promise<number> {
  using folder = folderOf({ "compose.yaml": "services: { web: { image: x } }\n" });
  const over = new AbortController();
  const end = (): void => over.abort();
  void until.then(end, end);
  let most = 0;
  do most = Math.max(most, (await read(folder.path)).usage.processorSeconds);
  while (!over.signal.aborted);
  return most;
}

describe("hostile input costs next to nothing", () => {
  test.for([...hostileFiles.map((files) => ({ ...files, make: () => {} })), ...hostilePlaces])(
    "$what",
    async ({ files, make, told }) => {
      using folder = folderOf(files());
      using _made = make(folder.path) ?? { [Symbol.dispose]: () => {} };
      const reading = read(folder.path);
      // At the same time: what a second of a processor is worth depends on what else the machine does.
      const [{ outcome, usage }, usual] = await Promise.all([reading, usualSeconds(reading)]);

      expect(outcome.exitCode, describeOutcome(outcome)).toBe(1);
      expect(outcome.stderr).toContain(told);
      expect(usage.memoryMb, "MB").toBeLessThan(150);
      expect(usage.processorSeconds / usual, "times the usual").toBeLessThan(8);
    },
  );
});
