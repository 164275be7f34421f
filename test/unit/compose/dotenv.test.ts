import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Diagnostic } from "../../../src/compose/diagnostic.ts";
import { type DotenvOptions, readDotenv, readRawEnv, type Variables } from "../../../src/compose/dotenv.ts";

const shell: Readonly<Record<string, string>> = { SHELL_ONLY: "shell", WINS: "from shell" };

function read(text: string, reader = readDotenv): { values: Record<string, string>; told: readonly string[] } {
  const variables: Variables = new Map();
  const told: Diagnostic[] = [];
  const options: DotenvOptions = { file: ".env", lookup: (name) => shell[name], report: (it) => told.push(it) };
  reader(text, variables, options);
  return {
    values: Object.fromEntries(variables),
    told: told.map(({ at, message }) => `${at?.line}:${at?.column} ${message}`),
  };
}

describe(".env", () => {
  test.each<[string, Record<string, string>]>([
    ["A=1", { A: "1" }],
    ["A = 1 ", { A: "1" }],
    ["A: 1", { A: "1" }],
    ["export A=1", { A: "1" }],
    ["\uFEFFA=1\r\nB=2\r\n", { A: "1", B: "2" }],
    ["# note\n\n  A=1 # note\nB=x#y", { A: "1", B: "x#y" }],
    ["A='$B # \\n \\' x'", { A: "$B # \\n ' x" }],
    ['A="x \\"y\\" \\t \\\\ \\$B"', { A: 'x "y" \t \\ $B' }],
    ['A="one\ntwo"\nB=3', { A: "one\ntwo", B: "3" }],
    ["A='one\ntwo' B=3", { A: "one\ntwo", B: "3" }],
    ['A="\\0123\\012\\0999"', { A: "S\\12\\999" }],
    ["A=1\nB=${A}2\nC=$B", { A: "1", B: "12", C: "12" }],
    ["A=${NOPE:-x y}", { A: "x y" }],
    ["WINS=file\nB=$WINS", { WINS: "file", B: "from shell" }],
    ["A=1\nA=2", { A: "2" }],
    ["SHELL_ONLY\nNOPE\nA=1", { SHELL_ONLY: "shell", A: "1" }],
    ["A=1\nSHELL_ONLY", { A: "1", SHELL_ONLY: "shell" }],
    ["a.b-c[0]=1", { "a.b-c[0]": "1" }],
    ["A=", { A: "" }],
    ["__proto__=1", JSON.parse('{"__proto__": "1"}')],
  ])("reads %j", (text, values) => {
    expect(read(text)).toEqual({ values, told: [] });
  });

  test.each([
    ["A=1\nB C=2", '2:1 key cannot contain a space, got "B C"'],
    ["A=1\nB!=2", '2:2 unexpected character "!" in variable name "B!=2"'],
    ['A="x\nB=2', '1:3 unterminated quoted value "x'],
    ["A=${", '1:3 A: invalid interpolation format, got "${"'],
    ["A=1\nB=${X:?say}", "2:3 B: required variable X is missing a value: say"],
  ])("refuses %j", (text, message) => {
    expect(read(text).told).toEqual([message]);
  });

  test("warns once of a variable that is not set", () => {
    expect(read("A=$NOPE\nB=$NOPE")).toEqual({
      values: { A: "", B: "" },
      told: ["1:3 A: variable NOPE is not set, using an empty text"],
    });
  });

  test("gives back any value that was quoted literally", () => {
    const value = fc.string().filter((text) => !/['\\\r]/.test(text));
    fc.assert(
      fc.property(value, (text) => {
        expect(read(`A='${text}'\n`).values).toEqual({ A: text });
      }),
    );
  });

  test("ends with an answer for any text", () => {
    const alphabet = fc.constantFrom(
      "A",
      "=",
      ":",
      "'",
      '"',
      "\\",
      "\n",
      " ",
      "#",
      "$",
      "{",
      "}",
      "export ",
      "é",
      "\t",
    );
    fc.assert(fc.property(fc.array(alphabet, { maxLength: 40 }), (parts) => void read(parts.join(""))));
  });
});

describe("raw env files", () => {
  test("are taken literally, line by line", () => {
    const text = "# note\nA='x' # y\nB=$A\n  C=1 \nSHELL_ONLY\nNOPE\nD=";
    expect(read(text, readRawEnv)).toEqual({
      values: { A: "'x' # y", B: "$A", C: "1 ", SHELL_ONLY: "shell", D: "" },
      told: [],
    });
  });

  test.each([
    ["A=1\n=2", '2:1 no variable name in line "=2"'],
    ["A B=1", '1:1 variable "A B" contains white spaces in line "A B=1"'],
  ])("refuse %j", (text, message) => {
    expect(read(text, readRawEnv).told).toEqual([message]);
  });
});
