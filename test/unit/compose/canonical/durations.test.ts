import fc from "fast-check";
import { expect, test } from "vitest";
import { formatDuration, parseDuration } from "../../../../src/compose/canonical/durations.ts";

test.each([
  ["0", "0s"],
  ["0s", "0s"],
  ["90s", "1m30s"],
  ["1.5h", "1h30m0s"],
  ["1d2h", "26h0m0s"],
  ["1w", "168h0m0s"],
  ["1h1ns", "1h0m0.000000001s"],
  ["1500us", "1.5ms"],
  ["1µs", "1µs"],
  ["12ns", "12ns"],
  ["-5m", "-5m0s"],
  [".5s", "500ms"],
  ["1.s", "1s"],
])("reads %s and prints it as Go does: %s", (text, printed) => {
  expect(formatDuration(parseDuration(text) ?? Number.NaN)).toBe(printed);
});

test.each(["", "5", "s", "1.5", "1 s", "5 minutes", "1y", ".s", "1,5s", "99999999h"])("refuses %j", (text) => {
  expect(parseDuration(text)).toBeUndefined();
});

test("reads back what it prints", () => {
  const nanoseconds = fc.integer({ min: -(2 ** 53) + 1, max: 2 ** 53 - 1 });
  fc.assert(fc.property(nanoseconds, (value) => parseDuration(formatDuration(value)) === value));
});
