import { expect, test } from "vitest";
import { watchLines } from "../../../../src/cli/view/watch-lines.ts";

test("a file's name neither begins a line nor speaks to the terminal", () => {
  const paths = ["a\nb", "\u001b[2J\u009b1A", "ünï code"];
  expect(watchLines({ kind: "watch", service: "web", action: "sync", state: "done", paths })).toEqual([
    String.raw`⦿ web: synced (a\x0ab, \x1b[2J\x9b1A, ünï code)`,
  ]);
});
