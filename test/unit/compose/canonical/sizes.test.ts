import { expect, test } from "vitest";
import { parseSize } from "../../../../src/compose/canonical/sizes.ts";

test.each([
  ["64", 64],
  ["64b", 64],
  ["1k", 1024],
  ["1kb", 1024],
  ["1KiB", 1024],
  ["512m", 536_870_912],
  ["1.5g", 1_610_612_736],
  ["1.5 GB", 1_610_612_736],
  ["2t", 2_199_023_255_552],
  ["1e3", 1000],
  ["0.5b", 0],
  ["512 ", 512],
])("reads %j as %d bytes", (size, bytes) => {
  expect(parseSize(size)).toBe(bytes);
});

test.each(["", "b", "lots", "-1", "1x", "1mib2", "1bb", "1 2k", "1  k", "0x10"])("refuses %j", (size) => {
  expect(parseSize(size)).toBeUndefined();
});
