import { expect, test } from "vitest";
import { humanDuration } from "../../../src/system/duration.ts";

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
