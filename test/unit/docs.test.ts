import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");

/** What runs in e2e, or is checked by tsc. */
const folders = ["examples/test-suite", "examples/typescript", "test/e2e/testing", "test/types"];

test.each([
  ["testing.md", 3],
  ["typescript.md", 1],
])("the code of docs/%s is code that is run", (name, expected) => {
  const page = readFileSync(join(root, "docs", name), "utf8");
  const blocks = [...page.matchAll(/^```(?:ts|js|yaml)\n(.*?)^```/gms)].map(([, code = ""]) => code);
  const sources = folders.flatMap(filesIn).map((file) => flat(readFileSync(file, "utf8")));
  expect(blocks.length).toBeGreaterThan(expected);
  expect(blocks.filter((block) => !sources.some((source) => source.includes(flat(block))))).toEqual([]);
});

function filesIn(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|mjs|yaml)$/.test(entry.name))
    .map(({ parentPath, name }) => join(parentPath, name));
}

/** However deep it stands. */
function flat(code: string): string {
  return code
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .join("\n");
}
