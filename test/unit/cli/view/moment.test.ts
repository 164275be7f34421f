import { afterEach, expect, test, vi } from "vitest";
import { goTime, jsonTime, lineTime } from "../../../../src/cli/view/moment.ts";

const seconds = 1_795_238_891;

afterEach(() => void vi.unstubAllEnvs());

test.each([
  ["UTC", "2026-11-21 05:28:11 +0000 UTC"],
  ["Europe/Berlin", "2026-11-21 06:28:11 +0100 CET"],
  ["America/New_York", "2026-11-21 00:28:11 -0500 EST"],
  ["Asia/Kathmandu", "2026-11-21 11:13:11 +0545 +0545"],
])("prints a moment of %s as Go does", (zone, text) => {
  vi.stubEnv("TZ", zone);
  expect(goTime(seconds)).toBe(text);
});

test("keeps microseconds, for lines and for machines", () => {
  vi.stubEnv("TZ", "Europe/Berlin");
  expect(lineTime(seconds * 1e6 + 28_200)).toBe("2026-11-21 06:28:11.028200");
  expect(jsonTime(seconds * 1e6 + 28_200)).toBe("2026-11-21T06:28:11.0282+01:00");
  vi.stubEnv("TZ", "UTC");
  expect(jsonTime(seconds * 1e6)).toBe("2026-11-21T05:28:11Z");
});
