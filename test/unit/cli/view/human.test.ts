import { expect, test } from "vitest";
import { humanBinarySize, humanDuration, humanSize } from "../../../../src/cli/view/human.ts";

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

test.each([
  [0, "Less than a second"],
  [second, "1 second"],
  [59 * second, "59 seconds"],
  [minute, "About a minute"],
  [2 * minute, "2 minutes"],
  [59 * minute, "59 minutes"],
  [hour, "About an hour"],
  [hour + 31 * minute, "2 hours"],
  [47 * hour, "47 hours"],
  [2 * day, "2 days"],
  [14 * day, "2 weeks"],
  [60 * day, "2 months"],
  [800 * day, "2 years"],
])("says %d ms as the docker CLI does", (ms, words) => {
  expect(humanDuration(ms)).toBe(words);
});

test.each([
  [0, "0B"],
  [999, "999B"],
  [1000, "1kB"],
  [1_235_000, "1.24MB"],
  [21_500_000, "21.5MB"],
  [999_900, "1e+03kB"],
  [123_456_789_000, "123GB"],
])("says %d bytes in decimal units", (bytes, words) => {
  expect(humanSize(bytes)).toBe(words);
});

test("says bytes in binary units", () => {
  expect([0, 1024, 5_500_000].map((bytes) => humanBinarySize(bytes))).toEqual(["0B", "1KiB", "5.245MiB"]);
});
