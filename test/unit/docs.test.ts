import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");

/** What runs in e2e, or is checked by tsc. */
const folders = ["examples/test-suite", "test/e2e/testing", "test/types"];

test("the code of docs/testing.md is code that is run", () => {
  const page = readFileSync(join(root, "docs/testing.md"), "utf8");
  const blocks = [...page.matchAll(/^```(?:ts|js|yaml)\n(.*?)^```/gms)].map(([, code = ""]) => code);
  const sources = folders.flatMap(filesIn).map((file) => flat(readFileSync(file, "utf8")));
  expect(blocks.length).toBeGreaterThan(3);
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
