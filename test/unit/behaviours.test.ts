import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const tests = join(import.meta.dirname, "..");
const table = readFileSync(join(tests, "behaviours.md"), "utf8");

/** Rows by section: what is shown, in which file, by which title. */
const sections = table
  .split(/^## /m)
  .slice(1)
  .map((text) => {
    const [name = "", ...lines] = text.split("\n");
    const rows = lines.filter((line) => line.startsWith("| ")).slice(2);
    return {
      name,
      rows: rows.map((line) =>
        line
          .split("|")
          .slice(1, -1)
          .map((cell) => cell.trim()),
      ),
    };
  });
const rows = sections.flatMap(({ name, rows: own }) =>
  own.map((cells) => {
    const [file = "", title = ""] = cells.slice(-2);
    return { name, what: cells.slice(0, -2).join(" "), file: file.replaceAll("`", ""), title };
  }),
);

test.each(rows)("$name, $what: has its test in $file", ({ file, title }) => {
  expect(readFileSync(join(tests, `${file}.test.ts`), "utf8")).toContain(`"${title}"`);
});

test("none of the twenty-five is left out", () => {
  const numbers = new Set(firstCells("What is easily missed").map(Number));
  expect(numbers).toEqual(new Set(Array.from({ length: 25 }, (_, index) => index + 1)));
});

test("no command of Docker Compose is left out", () => {
  const shown = firstCells("Commands").map((cell) => cell.replaceAll("`", ""));
  expect(composeCommands.filter((name) => !shown.includes(name))).toEqual([]);
});

test("no subject is left out, nor empty", () => {
  const names = new Set(sections.map(({ name }) => name));
  expect(subjects.filter((name) => !names.has(name))).toEqual([]);
  expect(sections.filter(({ rows: own }) => own.length === 0)).toEqual([]);
});

function firstCells(section: string): readonly string[] {
  return rows.filter(({ name }) => name === section).map(({ what }) => what.split(" ")[0] ?? "");
}

const composeCommands = (
  "attach build commit config cp create down events exec export images kill logs ls pause port ps pull push restart rm run " +
  "scale start stats stop top unpause up version volumes wait watch generate viz publish"
).split(" ");

const subjects = [
  "Names",
  "Labels",
  "Images",
  "Config hash",
  "Reconcile",
  "Start",
  "Attached up",
  "Configs and secrets",
  "Stop, down, kill, rm",
  "Hooks",
  "Run",
  "Providers",
  "Models and GPUs",
  "Watch",
  "Remote files",
  "Publish",
  "Plan and progress",
];
