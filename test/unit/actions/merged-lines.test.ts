import { expect, test } from "vitest";
import { MergedLines } from "../../../src/actions/merged-lines.ts";

const at = (second: number, text: string): string => `2026-11-21T10:00:0${second}.5Z ${text}\n`;
const block = (container: string, text: string, stream: "stdout" | "stderr" = "stdout") => ({
  container,
  service: container,
  stream,
  bytes: Buffer.from(text),
});

function merged(keepsTime: boolean): string[] {
  const lines = new MergedLines();
  lines.add(block("db", at(1, "begin") + at(4, "ready\r")));
  lines.add(block("web", at(2, "waiting") + at(3, "still waiting")));
  lines.add(block("web", at(3, "trouble"), "stderr"));
  lines.add(block("web", at(5, "grüße")));
  return lines
    .inOrder({ keepsTime })
    .map(({ container, stream, bytes }) => `${container} ${stream} ${bytes.toString()}`);
}

test("lines of all containers come in the order of their times, stdout and stderr apart", () => {
  expect(merged(false)).toEqual([
    "db stdout begin\n",
    "web stdout waiting\nstill waiting\n",
    "web stderr trouble\n",
    "db stdout ready\r\n",
    "web stdout grüße\n",
  ]);
});

test("times are kept where they are wanted", () => {
  expect(merged(true)[0]).toBe(`db stdout ${at(1, "begin")}`);
});
