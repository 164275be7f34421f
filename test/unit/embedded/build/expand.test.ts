import { describe, expect, test } from "vitest";
import { expand } from "../../../../src/embedded/build/dockerfile/expand.ts";

const variables = new Map([
  ["A", "one"],
  ["B", "two words"],
  ["E", ""],
  ["P", "/usr/lib/x.tar.gz"],
]);
const options = { escape: "\\" };

describe("words of a Dockerfile", () => {
  test.for([
    ["plain", "plain"],
    ["$A", "one"],
    ["${A}", "one"],
    ["x${A}y$A.z", "xoneyone.z"],
    ["$U", ""],
    ["\\$A", "$A"],
    ["'$A'", "$A"],
    ['"$A $B"', "one two words"],
    ['"a\\"b\\$c\\d"', 'a"b$c\\d'],
    ["a\\ b", "a b"],
    ["${U:-d}${E:-d}${E-d}${A:-d}", "ddone"],
    ["${U:+a}${E:+a}${E+b}${A:+c}", "bc"],
    ["${U:-${A}}", "one"],
    ['${U:-"$A x"}', "one x"],
    ["${P#*/}", "usr/lib/x.tar.gz"],
    ["${P##*/}", "x.tar.gz"],
    ["${P%.*}", "/usr/lib/x.tar"],
    ["${P%%.*}", "/usr/lib/x"],
    ["${P/\\//+}", "+usr/lib/x.tar.gz"],
    ["${P//\\//+}", "+usr+lib+x.tar.gz"],
    ["$ {", "$ {"],
    ["a<b << c", "a<b << c"],
    ["$1$@", ""],
  ] as const)("%s becomes %s", ([word, wanted]) => {
    expect(expand(word, variables, options).text).toBe(wanted);
  });

  test.for([
    ["${A", "missing '}'"],
    ["${}", "bad substitution"],
    ["${A^}", "unsupported modifier (^)"],
    ["${A:#x}", "unsupported modifier (:#)"],
    ["${U:?is needed}", "U: is needed"],
    ["${E:?}", "E: is not allowed to be empty"],
    ["'open", "matching single-quote"],
    ['"open', "matching double-quote"],
  ] as const)("%s is refused: %s", ([word, complaint]) => {
    expect(() => expand(word, variables, options)).toThrow(complaint);
  });

  test("are split at blanks of variables, and at no blank in quotes", () => {
    expect(expand('a $B "c d" e\\ f', variables, options).words).toEqual(["a", "two", "words", "c d", "e f"]);
  });

  test("keep what is not set where that is wanted", () => {
    expect(expand("$U ${U} ${U:-x}", variables, { ...options, keepsUnset: true }).text).toBe("$U ${U} ${U:-x}");
  });

  test("name the variables that are not set", () => {
    expect([...expand("$U $A ${V:-x}", variables, options).unset]).toEqual(["U", "V"]);
  });

  test("know no quotes in a here-document", () => {
    expect(expand("'$A' \"x\"", variables, { ...options, ignoresQuotes: true }).text).toBe("'one' \"x\"");
  });
});
