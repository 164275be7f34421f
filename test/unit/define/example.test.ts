import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "../../..");

test("the example in TypeScript is what tsc accepts", () => {
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const { stdout, status } = spawnSync(process.execPath, [tsc, "-p", join(root, "examples/typescript")]);
  expect([stdout.toString(), status]).toEqual(["", 0]);
});
