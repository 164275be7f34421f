import { inspect } from "node:util";
import { expect, test } from "vitest";
import { InvalidProjectError } from "../../../src/compose/diagnostic.ts";

test("what a test runner shows of a project's mistakes has their hints, and no whole files", () => {
  const error = new InvalidProjectError(
    [
      {
        severity: "error",
        code: "unknown-key",
        at: { file: "compose.yaml", line: 3, column: 5 },
        message: "services.web.imag: unknown key",
        hint: 'did you mean "image"?',
      },
      { severity: "error", code: "no-file", message: "no file" },
    ],
    new Map([["compose.yaml", "services: { web: { imag: secret } }"]]),
  );
  expect(error.message).toBe(
    [
      "compose.yaml:3:5 services.web.imag: unknown key [unknown-key]",
      '  hint: did you mean "image"?',
      "no file [no-file]",
    ].join("\n"),
  );
  expect(inspect(error, { depth: 5 })).not.toContain("secret");
});
