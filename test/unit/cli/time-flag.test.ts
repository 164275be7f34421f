import { expect, test } from "vitest";
import { time } from "../../../src/cli/time-flag.ts";

test.each([
  "2026-01-02T03:04:05Z",
  "2026-01-02T03:04:05.000000001+01:00",
  "2026-01-02T03:04",
  "2026-01-02",
  "2028-02-29",
  "1767323045.25",
  "1h30m",
  "-10m",
])("%s is a time", (text) => {
  expect(time(text)).toBe(text);
});

test("an empty one is none", () => {
  expect(time("")).toBeUndefined();
});

test.each([
  "yesterday",
  "2026-01-02T03:60",
  "2026-13-01",
  "2026-02-29",
  "2026-02-30T00:00:00Z",
  "2026-01-02T24",
  "2026-01-02 03:04:05",
  "2d",
])("%s is none to be understood", (text) => {
  expect(() => time(text)).toThrow("expected a time");
});
