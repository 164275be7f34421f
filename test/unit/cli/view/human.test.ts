import { expect, test } from "vitest";
import { humanBinarySize, humanSize } from "../../../../src/cli/view/human.ts";

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
