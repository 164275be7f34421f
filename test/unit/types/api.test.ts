import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { apiReport, reportPath } from "../../toolchain/api-report.ts";

test("the public API is what its report says; npm run api writes it anew", () => {
  expect(apiReport()).toBe(readFileSync(reportPath, "utf8"));
});
