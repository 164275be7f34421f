import { describe, expect, test } from "vitest";
import { IgnorePatterns } from "../../../src/execute/ignore-patterns.ts";

test.each([
  ["*.log", "a.log", true],
  ["*.log", "sub/a.log", false],
  ["**/*.log", "a.log", true],
  ["**/*.log", "sub/deep/a.log", true],
  ["sub", "sub/deep/a.log", true],
  ["sub/", "sub/a", true],
  ["/sub", "sub/a", true],
  ["./sub", "sub", true],
  ["sub/../other", "other", true],
  ["sub/**", "sub/a/b", true],
  ["sub/**", "sub", false],
  ["**", "anything/at/all", true],
  ["**/foo", "foo", true],
  ["**/foo", "a/b/foo", true],
  ["**/foo", "a/b/xfoo", false],
  ["**foo", "a/b/xfoo", true],
  ["a/**/b", "a/b", true],
  ["a/**/b", "a/x/y/b", true],
  ["a/**/b", "a/x/y/c", false],
  ["?.txt", "a.txt", true],
  ["?.txt", "ab.txt", false],
  ["?", "/", false],
  ["[ab].txt", "a.txt", true],
  ["[^ab].txt", "a.txt", false],
  ["[a-c]", "b", true],
  ["a.txt", "abtxt", false],
  ["a+b", "a+b", true],
  ["a\\*b", "a*b", true],
  ["a\\*b", "axb", false],
  ["# comment", "# comment", false],
  ["  spaced  ", "spaced", true],
  ["", "a", false],
  ["\uFEFFbom", "bom", true],
  ["{a}", "{a}", true],
])("%s against %s: ignored %s", (pattern, path, isIgnored) => {
  expect(new IgnorePatterns(pattern).ignores(path)).toBe(isIgnored);
});

describe("exceptions", () => {
  test.each([
    [["*", "!keep"], "keep", false],
    [["*", "!keep"], "other", true],
    [["sub", "!sub/keep"], "sub/keep", false],
    [["sub", "!sub/keep", "sub/keep"], "sub/keep", true],
    [["!keep", "keep"], "keep", true],
    [["*", "! keep "], "keep", false],
    [["**/*.md", "!README.md"], "README.md", false],
    [["**/*.md", "!README.md"], "docs/README.md", true],
  ])("%j: the last that matches %s decides: ignored %s", (lines, path, isIgnored) => {
    expect(new IgnorePatterns(lines.join("\n")).ignores(path)).toBe(isIgnored);
  });

  test("are looked for below an ignored directory, and only there", () => {
    const patterns = new IgnorePatterns("node_modules\nsub\n!sub/deep/keep\n");
    expect(patterns.ignoresAllBelow("node_modules")).toBe(true);
    expect(patterns.ignoresAllBelow("sub")).toBe(false);
    expect(patterns.ignoresAllBelow("sub/deep")).toBe(false);
  });
});
