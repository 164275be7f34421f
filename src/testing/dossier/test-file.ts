import { ownProgram, ownSurroundings } from "../../system/surroundings.ts";

/** vitest keeps its `expect` by this name, also where it is no global variable. */
const vitestExpect = Symbol.for("expect-global");

/** The file of tests that is asking, by its path; undefined where the runner does not tell. */
export function currentTestFile(): string | undefined {
  const { [vitestExpect]: ofVitest, expect: ofJest } = globalThis as {
    readonly [vitestExpect]?: RunnersExpect;
    readonly expect?: RunnersExpect;
  };
  const path = (ofVitest ?? ofJest)?.getState?.().testPath;
  if (path !== undefined) return path;
  // node:test runs each file as a program of its own.
  return ownSurroundings().environment["NODE_TEST_CONTEXT"] === undefined ? undefined : ownProgram();
}

/** As much of `expect` as vitest and jest have in common. */
interface RunnersExpect {
  readonly getState?: () => { readonly testPath?: string };
}
