import { expect, test } from "vitest";
import type { WatchRule } from "../../../src/compose/project.ts";
import { watchedRules } from "../../../src/watch/rules.ts";
import { loadTexts } from "../../support/load-texts.ts";

test.each<{ what: string; rule?: Partial<WatchRule>; dockerignore?: string; accepted?: string[]; refused?: string[] }>([
  { what: "everything is wanted", accepted: ["a", "d/a", ".env", "node_modules/x"] },
  {
    what: "what git and vim leave is not",
    accepted: [".gitignore", "a.git", "49131", "a.swap", "~a"],
    refused: [".git", ".git/HEAD", "d/.git/x", ".a.swp", "d/.a.swx", "d/a~", "a\n~", "4913", "d/4913"],
  },
  {
    what: "nor is what other editors leave",
    accepted: ["#a", "a.#b", "a.~b"],
    refused: [".#a", "d/#a#", "a___jb_tmp___", "d/a___jb_old___", ".~lock", "a.kate-swp"],
  },
  {
    what: "patterns start at the watched folder",
    rule: { ignore: ["node_modules/", "*.log"] },
    accepted: ["d/node_modules/x", "d/a.log"],
    refused: ["node_modules/x", "a.log"],
  },
  { what: "two stars reach every depth", rule: { ignore: ["**/*.log"] }, refused: ["a.log", "d/e/a.log"] },
  { what: "an exception brings back", rule: { ignore: ["d", "!d/keep"] }, accepted: ["d/keep"], refused: ["d/a"] },
  { what: "include limits", rule: { include: ["**/*.ts"] }, accepted: ["a.ts", "d/a.ts"], refused: ["a.js"] },
  { what: "ignore limits what is included", rule: { include: ["**/*.ts"], ignore: ["d"] }, refused: ["d/a.ts"] },
  {
    what: "the context's .dockerignore counts, from the context on",
    dockerignore: "src/x\nx\n",
    accepted: ["a"],
    refused: ["x"],
  },
  {
    what: "a .dockerignore of everything leaves exceptions",
    dockerignore: "*\n!src/keep\n",
    accepted: ["keep"],
    refused: ["a", "d/a"],
  },
])("$what", async ({ rule = {}, dockerignore, accepted = [], refused = [] }) => {
  const watch = [{ path: "./src", action: "sync", target: "/app", ...rule }];
  const text = JSON.stringify({ services: { web: { build: ".", develop: { watch } } } });
  const { project } = await loadTexts({ "compose.yaml": text });
  const files = new Map(dockerignore === undefined ? [] : [["/project/.dockerignore", dockerignore]]);
  const [watched] = watchedRules(project, [], files);
  expect([...accepted, ...refused].filter((path) => watched?.accepts(path))).toEqual(accepted);
});
