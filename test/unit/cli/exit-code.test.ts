import { expect, test } from "vitest";
import { exitCodeOf } from "../../../src/cli/exit-code.ts";
import { EngineError, TscomposeError, UsageError } from "../../../src/errors.ts";

test.each([
  { error: new UsageError("unknown flag"), code: 1 },
  { error: new TscomposeError({ code: "invalid-project", message: "two mistakes" }), code: 1 },
  { error: new EngineError({ code: "unavailable", doing: "connecting", message: "nobody answers" }), code: 1 },
  { error: new TscomposeError({ code: "interrupted", message: "interrupted" }), code: 130 },
  { error: new TypeError("x is not a function"), code: 70 },
  { error: "thrown text", code: 70 },
])("leads from $error to $code", ({ error, code }) => {
  expect(exitCodeOf(error)).toBe(code);
});
