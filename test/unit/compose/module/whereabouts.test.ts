import { describe, expect, test } from "vitest";
import { whereaboutsIn } from "../../../../src/compose/module/whereabouts.ts";
import { placerOf } from "../../../../src/compose/parse.ts";
import type { Path } from "../../../../src/compose/source.ts";

/** Where a module's text says that the value at a path is, shown as the text from there on. */
function shown(text: string, path: Path): string {
  let where = whereaboutsIn(text, placerOf(text, "compose.ts"));
  for (const part of path) where = where.inside(part).value;
  const { line, column, endColumn } = where.at;
  return (text.split("\n")[line - 1] ?? "").slice(column - 1, endColumn === undefined ? undefined : endColumn - 1);
}

const path = ["services", "web", "image"];

describe("the place of a value in a module", () => {
  test.each<[string, string, Path, string]>([
    ["an object", `export default { services: { web: { image: "a" } } };`, path, `"a"`],
    ["quoted keys", `export default { "services": { 'web': { image: "a" } } }`, path, `"a"`],
    ["a call", `export default defineCompose({ services: { web: { image: "a" } } });`, path, `"a"`],
    ["a type", `export default { services: { web: { image: "a" } } } satisfies ComposeFile;`, path, `"a"`],
    ["a name", `const file: X = { services: { web: { image: "a" } } };\nexport default file;`, path, `"a"`],
    [
      "names below",
      `const web = { image: "a" };\nconst services = { web };\nexport default { services };`,
      path,
      `"a"`,
    ],
    [
      "what is spread, from the last on",
      `const a = { image: "a" }, b = { image: "b" };\nexport default { services: { web: { ...a, ...b } } };`,
      path,
      `"a"`,
    ],
    ["its own before that", `export default { services: { web: { ...base, image: "own" } } };`, path, `"own"`],
    [
      "an arrow function",
      `const web = (tag: string) => ({ image: \`a:\${tag}\` });\nexport default { services: { web: web("1") } };`,
      path,
      "`a:${tag}`",
    ],
    [
      "a function",
      `function web(a: { x: 1 }): object { const y = { z: 1 }; return { image: "a" }; }\nexport default { services: { web: web() } };`,
      path,
      `"a"`,
    ],
    [
      "what a function is called with",
      `export default { services: { web: service({ image: "a" }, 1) } };`,
      path,
      `"a"`,
    ],
    ["items", `export default { a: [1, [2, "x"], { b: "y" }] };`, ["a", 2, "b"], `"y"`],
    ["a choice", `export default { a: isIt ? { b: "x" } : undefined };`, ["a", "b"], `"x"`],
    [
      "comments, templates and patterns",
      'export default { /* } */ x: `}${`{`}`, y: /[/}]/, // }\n a: "b" };',
      ["a"],
      `"b"`,
    ],
    ["the holder of what is not written out", `export default { a: make(1) };`, ["a", "b", 3], "make(1)"],
    ["the holder of what follows a spread list", `export default { a: [...b, "x"] };`, ["a", 4], `[...b, "x"]`],
    ["the first line of what is of several", "export default { a: {\n} };", ["a"], "{"],
    ["the beginning where nothing is exported", "module.exports = {};", ["a"], "module.exports = {};"],
  ])("is found in %s", (_, text, where, expected) => {
    expect(shown(text, where)).toBe(expected);
  });

  test.each([
    "export default {",
    "export default { a: [ }",
    "`${",
    "export default ((((",
    "const a = a; export default a",
    "",
  ])("is somewhere, whatever the text: %s", (text) => {
    expect(shown(text, ["a", "b", 0])).toBeTypeOf("string");
  });

  test("is found in no time in a deep text, and in a long one", () => {
    const deep = `export default ${"{ a: [".repeat(20_000)}`;
    expect(shown(deep, ["a", 0, "a"])).toBeTypeOf("string");
    const long = `export default { ${"a: b, ".repeat(50_000)} last: 1 }`;
    expect(shown(long, ["last"])).toBe("1");
  });
});
