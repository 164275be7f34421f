import { describe, expect, test } from "vitest";
import type { Diagnostic } from "../../../src/compose/diagnostic.ts";
import { parse } from "../../../src/compose/parse.ts";
import type { Path } from "../../../src/compose/source.ts";
import { entryOf, type MapTree, plainOf, type Tree } from "../../../src/compose/tree.ts";

function read(text: string): { documents: readonly MapTree[] | undefined; told: readonly Diagnostic[] } {
  const told: Diagnostic[] = [];
  return { documents: parse(text, "c.yaml", (it) => told.push(it)), told };
}

function only(text: string): MapTree {
  const { documents, told } = read(text);
  expect(told).toEqual([]);
  const [document] = documents ?? [];
  if (document === undefined) throw new Error("nothing was parsed");
  return document;
}

function lines({ told }: { readonly told: readonly Diagnostic[] }): readonly string[] {
  return told.map(({ at, code }) => `${at?.line}:${at?.column} ${code}`);
}

/** Where the value at a path was written: `line:column-end`. */
function place(tree: Tree, path: Path): string {
  const [part, ...rest] = path;
  if (part === undefined) return `${tree.at.line}:${tree.at.column}${tree.at.endColumn ? `-${tree.at.endColumn}` : ""}`;
  const child = tree.kind === "list" ? tree.items[Number(part)] : entryOf(tree, String(part));
  if (child === undefined) throw new Error(`nothing at ${part}`);
  return place(child, rest);
}

describe("parse", () => {
  test.each([
    { what: "a quote", text: 'a:\n  image: "nginx\n  b: 1\nc: 2\n', at: "2:10", sign: '"' },
    { what: "a single quote", text: "a:\n  image: 'nginx\n", at: "2:10", sign: "'" },
    { what: "a quote that another line closes by chance", text: 'a:\n  b: "x\n  c: "y"\n', at: "2:6", sign: '"' },
    { what: "a key", text: 'a:\n  "b: 1\n  c: 2\n', at: "2:3", sign: '"' },
    { what: "a quote in a list", text: 'a:\n  b: ["x, y]\n  c: 1\n', at: "2:7", sign: '"' },
    { what: "a list", text: "a:\n  b: [x, y\n  c: 1\n", at: "2:6", sign: "[" },
    { what: "a map", text: "a:\n  b: { x: 1\n  c: 1\n", at: "2:6", sign: "{" },
    { what: "a list at the root", text: "[x, y\n", at: "1:1", sign: "[" },
    { what: "a quote of the second document", text: 'a: "b"\n---\na: "c\n', at: "3:4", sign: '"' },
  ])("places $what that is never closed where it opens", ({ text, at, sign }) => {
    const { told } = read(text);
    expect(told.map(({ at: place, message }) => `${place?.line}:${place?.column} ${message}`)).toEqual([
      `${at} this ${sign} is never closed`,
    ]);
  });

  test("tells the place of every value, through anchors and merge keys", () => {
    const tree = only(`
x-base: &base
  image: "nginx"
services:
  web:
    <<: *base
    ports: [80, '81:81']
    command: |
      echo hello
    init:
`);
    expect(place(tree, ["services", "web", "image"])).toBe("3:10-17");
    expect(place(tree, ["services", "web", "ports", 0])).toBe("7:13-15");
    expect(place(tree, ["services", "web", "ports", 1])).toBe("7:17-24");
    expect(place(tree, ["services", "web", "command"])).toBe("8:14");
    expect(place(tree, ["services", "web", "init"])).toMatch(/^10:10/);
    expect(tree.entries.get("services")?.keyAt).toEqual({ file: "c.yaml", line: 4, column: 1, endColumn: 9 });
  });

  test.each<[string, string, unknown]>([
    ["types of plain scalars as Go has them", "a: 014\nb: yes\nc: '014'\nd: 1_0", { a: 12, b: "yes", c: "014", d: 10 }],
    ["explicit tags", "a: !!str 5\nb: !!float 5\nc: !!binary aGk=", { a: "5", b: 5, c: "hi" }],
    [
      "the map's own keys before merged ones",
      "x: &x {a: 1, b: 1}\ny: {b: 2, <<: *x}",
      { x: { a: 1, b: 1 }, y: { b: 2, a: 1 } },
    ],
    [
      "the first of several merged maps",
      "x: [&x {a: 1}, &y {a: 2, b: 2}]\nz: {<<: [*x, *y]}",
      { x: [{ a: 1 }, { a: 2, b: 2 }], z: { a: 1, b: 2 } },
    ],
    [
      "an alias to a list of maps to merge",
      "x: &x [{a: 1}, {b: 2}]\nz: {<<: *x}",
      { x: [{ a: 1 }, { b: 2 }], z: { a: 1, b: 2 } },
    ],
    ["anchors in the order they are written", "a: {<<: &x {b: 1}, c: *x}", { a: { c: { b: 1 }, b: 1 } }],
    ["a quoted << as a key", 'a: {"<<": 1}', { a: { "<<": 1 } }],
    ["the latest anchor of a name", "a: &x 1\nb: &x 2\nc: *x", { a: 1, b: 2, c: 2 }],
    ["keys such as __proto__ as keys", "a: {constructor: 1}", { a: { constructor: 1 } }],
    ["block scalars", "a: |\n  x\n  y\nb: >-\n  x\n  y", { a: "x\ny\n", b: "x y" }],
    ["a byte order mark and CRLF", "\uFEFFa: 1\r\nb: |\r\n  x\r\n", { a: 1, b: "x\n" }],
  ])("reads %s", (_, text, value) => {
    expect(plainOf(only(text))).toEqual(value);
  });

  test("reads all documents of a file", () => {
    expect(read("a: 1\n---\nb: 2\n...\n").documents?.map(plainOf)).toEqual([{ a: 1 }, { b: 2 }]);
  });

  test.each(["", "# nothing\n", "\n\n"])("finds no document in %j", (text) => {
    expect(read(text)).toEqual({ documents: [], told: [] });
  });

  test.each([
    ["a: 1\na: 2", ["2:1 duplicate-key"]],
    ["a: {b: 1, c: 1, b: 2}\nd: {e: 1, e: 2}", ["1:17 duplicate-key", "2:11 duplicate-key"]],
    ["x: &x {a: 1}\ny:\n  <<: *x\n  <<: *x", ["4:3 duplicate-key"]],
    ["a: *nope", ["1:4 unknown-anchor"]],
    ["a: &a [*a]", ["1:8 alias-cycle"]],
    ["1: a\ntrue: b\n~: c", ["1:1 wrong-type", "2:1 wrong-type", "3:1 wrong-type"]],
    ["? [a]\n: b", ["1:3 wrong-type"]],
    ["x: &x [1]\ny: {<<: *x}", ["1:8 wrong-type"]],
    ["a: !!int x", ["1:10 wrong-type"]],
    ["- a", ["1:1 wrong-type"]],
    ["a: 1\n---\n", ["2:4 wrong-type"]],
    ["just text", ["1:1 wrong-type"]],
    ["a: [1", ["1:4 invalid-yaml"]],
    ["a: b: c", ["1:4 invalid-yaml"]],
    ["a:\n\t- b", ["2:1 invalid-yaml"]],
    ["a: x\u0007y", ["1:5 invalid-yaml"]],
    ["a: \uFFFD", ["1:4 invalid-encoding"]],
  ])("refuses %j", (text, told) => {
    expect(lines(read(text))).toEqual(told);
  });

  test("warns of tags without a meaning", () => {
    const { documents, told } = read("a: !secret x");
    expect(documents?.map(plainOf)).toEqual([{ a: "x" }]);
    expect(told).toMatchObject([{ severity: "warning", code: "unknown-tag" }]);
  });

  test("keeps the marks of merging", () => {
    const tree = only("a: !reset [1]\nb: !override {c: 1}\nd: !reset x");
    expect([...tree.entries.values()].map(({ value }) => value.tag)).toEqual(["reset", "override", "reset"]);
  });
});

describe("hostile documents", () => {
  const levels = Array.from({ length: 12 }, (_, level) =>
    level === 0 ? "a0: &a0 [x, x, x, x, x, x, x, x, x]" : `a${level}: &a${level} [${`*a${level - 1}, `.repeat(9)}]`,
  );
  test.each([
    ["a billion laughs", levels.join("\n"), "too-many-aliases"],
    [
      "a chain of aliases",
      Array.from({ length: 10_000 }, (_, i) => `a${i}: &a${i} [${i ? `*a${i - 1}` : "x"}]`).join("\n"),
      "too-deep",
    ],
    ["deep flow collections", `a: ${"[".repeat(10_000)}${"]".repeat(10_000)}`, "too-deep"],
    ["deep block collections", `a:\n ${"- ".repeat(10_000)}x`, "too-deep"],
    ["deep explicit keys", "? ".repeat(10_000), "too-deep"],
  ])("%s are refused at their place, once", (_, text, code) => {
    const { told } = read(text);
    expect(told.filter((it) => it.code === code)).toMatchObject([{ at: { file: "c.yaml" } }]);
  });

  test("a thousand uses of one anchor are not hostile", () => {
    const services = Array.from({ length: 5000 }, (_, i) => `  s${i}: {<<: *common, image: x}`).join("\n");
    expect(read(`x-c: &common {init: true, tty: true}\nservices:\n${services}`).told).toEqual([]);
  });
});
