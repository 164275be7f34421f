import { expect, test } from "vitest";
import { writeJson } from "../../../../src/compose/fields/write-json.ts";

test("keeps the order of structs and sorts maps by bytes", () => {
  const map = new Map([
    ["b", 1],
    ["10", 2],
    ["9", 3],
    ["B", 4],
    ["\u{1F600}", 5],
    ["\uFFFD", 6],
  ]);
  expect(writeJson({ z: 1, a: map })).toBe('{"z":1,"a":{"10":2,"9":3,"B":4,"b":1,"\uFFFD":6,"\u{1F600}":5}}');
});

test("escapes what Go escapes", () => {
  expect(writeJson("<a & b>\u2028\u0001\n")).toBe('"\\u003ca \\u0026 b\\u003e\\u2028\\u0001\\n"');
});

test("indents like Go, with empty collections on one line", () => {
  expect(writeJson({ a: [1, {}], b: [], c: new Map([["d", null]]) }, "  ")).toBe(
    '{\n  "a": [\n    1,\n    {}\n  ],\n  "b": [],\n  "c": {\n    "d": null\n  }\n}',
  );
});
