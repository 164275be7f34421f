import { readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { expect, test } from "vitest";

const src = join(import.meta.dirname, "../../../src");

/** Everything that a module makes Node load before it can run: its static imports, and theirs. */
function loadedBy(...entries: readonly string[]): {
  readonly own: readonly string[];
  readonly foreign: readonly string[];
} {
  const [own, foreign] = [new Set<string>(), new Set<string>()];
  const next = entries.map((entry) => join(src, entry));
  for (let file = next.pop(); file !== undefined; file = next.pop()) {
    if (own.has(file) || file.endsWith(".json")) continue;
    own.add(file);
    const text = readFileSync(file, "utf8");
    for (const [, clause = "", to = ""] of text.matchAll(
      /^(?:import|export) (?!type )(?:([\w*]+(?: as \w+)?|\{[^}]*\}) from )?"([^"]+)"/gm,
    )) {
      const isTypeOnly = /^\{(\s*type \w+,?)+\s*\}$/.test(clause);
      if (isTypeOnly) continue;
      if (to.startsWith(".")) next.push(join(dirname(file), to));
      else foreign.add(to);
    }
  }
  return { own: [...own].map((file) => relative(src, file)).sort(), foreign: [...foreign].sort() };
}

test("loads for --version and --help only what declares the program", () => {
  expect(loadedBy("cli/main.ts")).toEqual({
    own: [
      "cli/display.ts",
      "cli/exit-code.ts",
      "cli/go-flags.ts",
      "cli/interrupts.ts",
      "cli/io.ts",
      "cli/main.ts",
      "cli/program.ts",
      "cli/project-options.ts",
      "cli/session.ts",
      "cli/standard-output.ts",
      "cli/version.ts",
      "compose/diagnostic.ts",
      "errors.ts",
    ],
    foreign: ["commander", "node:fs", "node:os"],
  });
});

test.each(["config", "types"])("loads for %s neither an engine nor a progress view", (command) => {
  const { own, foreign } = loadedBy("cli/main.ts", `cli/commands/${command}.ts`);
  expect(foreign.filter((name) => /dockerode|listr2|chokidar|node:(http|https|tls|child_process)$/.test(name))).toEqual(
    [],
  );
  expect(own.filter((file) => /^(engine|execute|observe)\//.test(file))).toEqual([]);
  // Each of them brings streams or networks along: 10 ms of every command.
  expect(foreign.filter((name) => /^node:(fs\/promises|stream|net|tty|readline|v8)\b/.test(name))).toEqual([]);
});

test.each(["up", "down", "ps", "logs"])("loads for %s no progress view and no HTTP before they are needed", (name) => {
  const { foreign } = loadedBy("cli/main.ts", `cli/commands/${name}.ts`);
  expect(foreign.filter((each) => /dockerode|listr2|chokidar|yaml|ajv|node:(http|https|tls)$/.test(each))).toEqual([]);
});
