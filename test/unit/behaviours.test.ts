import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const tests = join(import.meta.dirname, "..");
const table = readFileSync(join(tests, "behaviours.md"), "utf8");
const rows = [...table.matchAll(/^\| (.+?) +\| (.+?) +\| `(.+?)` +\| (.+?) +\|$/gm)].map(
  ([, subject, what, file, title]) => ({
    subject,
    what,
    file,
    title,
  }),
);

test.each(rows)("$subject $what: has its test in $file", ({ file, title }) => {
  expect(readFileSync(join(tests, `${file}.test.ts`), "utf8")).toContain(`"${title}"`);
});

test("none of the twenty-five is left out", () => {
  const numbers = new Set(rows.map(({ subject }) => Number(subject)).filter((number) => number > 0));
  expect(numbers).toEqual(new Set(Array.from({ length: 25 }, (_, index) => index + 1)));
});
