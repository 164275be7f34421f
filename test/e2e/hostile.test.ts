import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { hostileFiles } from "../support/hostile-files.ts";
import { folderOf, hostilePlaces } from "../support/hostile-places.ts";
import { describeOutcome, start, tscompose } from "../support/tool.ts";

const preload = join(import.meta.dirname, "../support/report-usage.cjs");

interface Usage {
  readonly memoryMb: number;
  readonly processorSeconds: number;
}

describe("hostile input costs next to nothing", () => {
  test.for([...hostileFiles.map((files) => ({ ...files, make: () => {} })), ...hostilePlaces])(
    "$what",
    async ({ files, make, told }) => {
      using folder = folderOf(files());
      using report = folderOf({});
      using _made = make(folder.path) ?? { [Symbol.dispose]: () => {} };
      const usageReport = join(report.path, "usage.json");
      const outcome = await start(tscompose, ["config", "--quiet"], {
        directory: folder.path,
        environment: { NODE_OPTIONS: `--require=${preload}`, USAGE_REPORT: usageReport },
      }).outcome;

      expect(outcome.exitCode, describeOutcome(outcome)).toBe(1);
      expect(outcome.stderr).toContain(told);
      const usage = JSON.parse(readFileSync(usageReport, "utf8")) as Usage;
      expect(usage.memoryMb, "MB").toBeLessThan(150);
      // Processor time: how long it takes depends on what else the machine does.
      expect(usage.processorSeconds, "seconds").toBeLessThan(1);
    },
  );
});
