import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { expect, test } from "vitest";
import { parse } from "yaml";
import type { Encoded } from "../../../../src/compose/fields/codec.ts";
import { writeYaml } from "../../../../src/compose/fields/write-yaml.ts";

test.each([
  ["plain", "a: b\n", "'a: b'"],
  ["a comment", "a #b", "'a #b'"],
  ["a dash", "- a", "'- a'"],
  ["an apostrophe", "'it'", "'''it'''"],
  ["spaces around", " a", "' a'"],
  ["nothing", "", '""'],
  ["a number", "1.5", '"1.5"'],
  ["an old octal", "089", '"089"'],
  ["a base 60 number", "12:30", '"12:30"'],
  ["an old boolean", "yes", '"yes"'],
  ["a date", "2020-01-01", '"2020-01-01"'],
  ["a tab", "a\tb", '"a\\tb"'],
  ["an escape", "\u001b[0m", '"\\e[0m"'],
  ["an emoji", "😀", '"\\U0001F600"'],
  ["letters of any script", "é", "é"],
  ["a dash and a word", "-a", "-a"],
  ["a colon inside", "a:b", "a:b"],
])("quotes %s as Go does", (_what, text, written) => {
  expect(writeYaml([text.trimEnd() === "" ? text : text.replace(/\n$/, "")])).toBe(`- ${written}\n`);
});

test.each([
  ["lines", "a\nb", "|-\n  a\n  b"],
  ["a line end at the end", "a\nb\n", "|\n  a\n  b"],
  ["several of them", "a\n\nb\n\n", "|+\n  a\n\n  b\n"],
  ["a leading space", " a\nb", "|2-\n   a\n  b"],
  ["a trailing space, which blocks cannot hold", "a \nb", '"a \\nb"'],
])("writes %s as Go does", (_what, text, written) => {
  expect(writeYaml({ key: text })).toBe(`key: ${written}\n`);
});

test("writes structs in the order of their fields and maps in natural order", () => {
  const map = new Map<string, Encoded>(["a10", "A", "10", "a9", "a", "9", "a01", "a_b", "a1"].map((key) => [key, 1]));
  expect(writeYaml({ zoo: {}, list: [], map })).toBe(
    'zoo: {}\nlist: []\nmap:\n  "9": 1\n  "10": 1\n  A: 1\n  a: 1\n  a_b: 1\n  a1: 1\n  a01: 1\n  a9: 1\n  a10: 1\n',
  );
});

test("sets lists in from their key, and nested ones behind their dash", () => {
  expect(writeYaml({ a: [[1, 2], { b: [true], c: null }] })).toBe(
    "a:\n  - - 1\n    - 2\n  - b:\n      - true\n    c: null\n",
  );
});

test("can be read back, whatever the text", () => {
  const unit = fc.string({ unit: "binary", maxLength: 30 });
  const text = fc.oneof(unit, fc.stringMatching(/^[ \n\ta:#'"-]{0,8}$/));
  const reads = (value: string): boolean => {
    const written = { a: [value], b: { c: value } };
    return isDeepStrictEqual(parse(writeYaml(written)), written);
  };
  fc.assert(fc.property(text, reads));
});
