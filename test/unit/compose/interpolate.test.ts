import { describe, expect, test } from "vitest";
import type { Diagnostic } from "../../../src/compose/diagnostic.ts";
import { interpolate } from "../../../src/compose/interpolate.ts";
import { parse } from "../../../src/compose/parse.ts";
import { entryOf, type Plain, plainOf, type Tree } from "../../../src/compose/tree.ts";

interface Outcome {
  readonly tree: Tree;
  readonly told: readonly string[];
}

function run(text: string, environment: Readonly<Record<string, string>> = {}): Outcome {
  const told: Diagnostic[] = [];
  const [document] = parse(text, "c.yaml", (it) => told.push(it)) ?? [];
  if (document === undefined) throw new Error("nothing was parsed");
  const sources = new Map([["c.yaml", text]]);
  const interpolation = { environment, sources, unsetTold: new Set<string>(), spoil: () => {} };
  const tree = interpolate(document, interpolation, (it) => told.push(it));
  return { tree, told: told.map(({ at, code }) => `${at?.line}:${at?.column}-${at?.endColumn} ${code}`) };
}

function service(attributes: string, environment: Readonly<Record<string, string>> = {}): Plain | undefined {
  const { tree, told } = run(`services: {a: ${attributes}}`, environment);
  expect(told).toEqual([]);
  const found = entryOf(entryOf(tree, "services"), "a");
  return found === undefined ? undefined : plainOf(found);
}

describe("interpolate", () => {
  test.each<[string, unknown]>([
    ["{image: 'x:${N}'}", { image: "x:5" }],
    ["{'${N}': 1}", { "${N}": 1 }],
    ["{labels: {a: $N, b: 7}}", { labels: { a: "5", b: 7 } }],
    ["{scale: $N, cpus: '0.5', tty: '${T}', init: 'False'}", { scale: 5, cpus: 0.5, tty: true, init: false }],
    ["{ports: [{target: $N, published: $N}]}", { ports: [{ target: 5, published: "5" }] }],
    ["{ulimits: {a: $N, b: {soft: '-1'}}}", { ulimits: { a: 5, b: { soft: -1 } } }],
    ["{depends_on: {b: {required: '${T}'}}}", { depends_on: { b: { required: true } } }],
    ["{image: !reset '${'}", { image: "${" }],
  ])("makes of %s what its paths want", (attributes, value) => {
    expect(service(attributes, { N: "5", T: "true" })).toEqual(value);
  });

  test("keeps parts without variables as they are", () => {
    const text = "x: &x {a: 1, b: [c]}\ny: *x\nz: $N";
    const { tree } = run(text, { N: "1" });
    expect(entryOf(entryOf(tree, "x"), "b")).toBe(entryOf(entryOf(tree, "y"), "b"));
  });

  test.each([
    ["a: x${", "1:5-7 invalid-interpolation"],
    ["a: 'x ${A:?no}'", "1:7-15 missing-variable"],
    ["a: >\n  one\n  two ${1} three", "3:7-11 invalid-interpolation"],
    ["a: x$NOPE", "1:5-10 unset-variable"],
    ["services: {a: {scale: x1}}", "1:23-25 wrong-type"],
    ["services: {a: {scale: '1.5'}}", "1:23-28 wrong-type"],
    ["services: {a: {cpus: '1,5'}}", "1:22-27 wrong-type"],
    ["services: {a: {tty: maybe}}", "1:21-26 wrong-type"],
    ["services: {a: {tty: 'yes'}}", "1:21-26 yaml-1.1-boolean"],
    ["services: {a: {scale: '9223372036854775808'}}", "1:23-44 wrong-type"],
  ])("points into %j", (text, told) => {
    expect(run(text).told).toEqual([told]);
  });

  test("warns once of each variable that is not set, and of no others", () => {
    expect(run("a: $A $B\nb: ${A}\nc: ${C:-x} ${D:+y}").told).toEqual(["1:4-6 unset-variable", "1:7-9 unset-variable"]);
  });

  test("does not take what objects inherit for variables", () => {
    expect(plainOf(run("a: ${constructor:-x}").tree)).toEqual({ a: "x" });
  });
});
