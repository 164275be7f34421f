import { expect, test } from "vitest";
import { DetachFilter, parseDetachKeys } from "../../../src/actions/detach-keys.ts";

test.each([
  ["ctrl-p,ctrl-q", [16, 17]],
  ["ctrl-@,a,ctrl-[", [0, 97, 27]],
])("reads %s", (text, keys) => {
  expect(parseDetachKeys(text)).toEqual(keys);
});

test("refuses what no keyboard sends", () => {
  expect(() => parseDetachKeys("ctrl-1")).toThrow('expected a character or ctrl-<letter>, got "ctrl-1"');
});

test.each([
  { typed: ["abc"], passed: "abc", isDetached: false },
  { typed: ["a\x10\x11"], passed: "a", isDetached: true },
  { typed: ["\x10", "\x11"], passed: "", isDetached: true },
  { typed: ["\x10", "x"], passed: "\x10x", isDetached: false },
  { typed: ["\x10\x10", "\x11"], passed: "\x10", isDetached: true },
])("passes on all but the sequence: $typed", ({ typed, passed, isDetached }) => {
  const filter = new DetachFilter([16, 17]);
  const results = typed.map((text) => filter.pass(Buffer.from(text)));
  expect(results.map(({ bytes }) => Buffer.from(bytes).toString()).join("")).toBe(passed);
  expect(results.at(-1)?.isDetached).toBe(isDetached);
});
