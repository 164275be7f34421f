import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { substitute, type TemplateProblem } from "../../../src/compose/template.ts";

const variables: Readonly<Record<string, string>> = { SET: "set", EMPTY: "", A_1: "x y", DOLLAR: "$SET" };

interface Outcome {
  readonly text: string;
  readonly unset: readonly string[];
  readonly problems: readonly TemplateProblem[];
}

function run(template: string): Outcome {
  const unset: string[] = [];
  const problems: TemplateProblem[] = [];
  const text = substitute(template, {
    lookup: (name) => variables[name],
    onUnset: (name) => unset.push(name),
    onProblem: (problem) => problems.push(problem),
  });
  return { text, unset, problems };
}

describe("substitute", () => {
  test.each([
    ["$SET", "set"],
    ["${SET}", "set"],
    ["a${SET}b$SET-c", "asetbset-c"],
    ["$A_1.x", "x y.x"],
    ["${SET:-d}${EMPTY:-d}${NOPE:-d}", "setdd"],
    ["${SET-d}${EMPTY-d}${NOPE-d}", "setd"],
    ["${SET:+r}${EMPTY:+r}${NOPE:+r}", "r"],
    ["${SET+r}${EMPTY+r}${NOPE+r}", "rr"],
    ["${SET:?e}${EMPTY?e}", "set"],
    ["${NOPE:-${EMPTY:-${SET}}}", "set"],
    ["${NOPE:-a:?b+c}", "a:?b+c"],
    ["${NOPE:-{a}} ${NOPE:-b}", "{a} b"],
    ["${NOPE:-{}}", "{}"],
    ["${NOPE:-{}}x}", "{}}x"],
    ["${NOPE:---}", "--"],
    ["$$SET $$${SET} $$$$", "$SET $set $$"],
    ["$1 $- $ $", "$1 $- $ $"],
    ["$ {SET}", "$ {SET}"],
    ["$É", "$É"],
    ["${DOLLAR}", "$SET"],
    ["line\n${NOPE:-two}\n$SET", "line\ntwo\nset"],
  ])("makes of %j the text %j", (template, text) => {
    expect(run(template)).toEqual({ text, unset: [], problems: [] });
  });

  test("replaces what is not set by nothing, and tells its name", () => {
    expect(run("<$NOPE${NOPE}>")).toEqual({ text: "<>", unset: ["NOPE", "NOPE"], problems: [] });
  });

  test("does not look at a default that is not needed", () => {
    expect(run("${SET:-${NOPE:?unused}}")).toEqual({ text: "set", unset: [], problems: [] });
  });

  test.each(["${", "${}", "${SET", "${1A}", "${ SET}", "${SET }", "${SET!}", "${SET//s/x}", "${SET:x}", "${NOPE:-\n}"])(
    "refuses %j",
    (template) => {
      expect(run(template).problems).toMatchObject([{ kind: "malformed" }]);
    },
  );

  test("tells the reason that a required variable gives, itself a template", () => {
    expect(run("a ${NOPE:?say $SET} b ${EMPTY:?} ${NOPE?}")).toEqual({
      text: "a  b  ",
      unset: [],
      problems: [
        { kind: "required", name: "NOPE", reason: "say set", fragment: "${NOPE:?say $SET}" },
        { kind: "required", name: "EMPTY", reason: "", fragment: "${EMPTY:?}" },
        { kind: "required", name: "NOPE", reason: "", fragment: "${NOPE?}" },
      ],
    });
  });

  test("gives up on defaults nested without end, at once", () => {
    const depth = 20_000;
    expect(run(`${"${NOPE:-".repeat(depth)}x${"}".repeat(depth)}`).problems).toMatchObject([{ kind: "too-deep" }]);
  });

  test("gives up on outcomes without end", () => {
    const long = "x".repeat(1000);
    const problems: TemplateProblem[] = [];
    const onProblem = (problem: TemplateProblem): number => problems.push(problem);
    substitute("$A".repeat(10_000), { lookup: () => long, onUnset: () => {}, onProblem });
    expect(problems).toMatchObject([{ kind: "too-long" }]);
  });

  test("leaves any text alone whose dollars are doubled", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(run(text.replaceAll("$", "$$$$")).text).toBe(text);
      }),
    );
  });

  test("ends with an answer for any text", () => {
    const alphabet = fc.constantFrom("$", "{", "}", ":", "-", "?", "+", "A", "SET", "\n", "x", " ");
    fc.assert(fc.property(fc.array(alphabet, { maxLength: 40 }), (parts) => void run(parts.join(""))));
  });
});
