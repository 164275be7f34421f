import { expect, test } from "vitest";
import { TimedLines } from "../../../src/actions/timed-lines.ts";

const at = (second: number, fraction = ".000000000"): string =>
  `2026-11-21T06:12:${String(second).padStart(2, "0")}${fraction}Z `;

function taken(lines: TimedLines, text: string, stream: "stdout" | "stderr" = "stdout"): string | undefined {
  const bytes = lines.take({ stream, bytes: Buffer.from(text, "latin1") });
  return bytes === undefined ? undefined : Buffer.from(bytes).toString("latin1");
}

test("takes the engine's time off every line", () => {
  const lines = new TimedLines({ keepsTime: false });
  expect(taken(lines, `${at(1)}one\n${at(2)}two\n${at(3)}\n`)).toBe("one\ntwo\n\n");
});

test("keeps the time where it is wanted", () => {
  const lines = new TimedLines({ keepsTime: true });
  expect(taken(lines, `${at(1)}one\n`)).toBe(`${at(1)}one\n`);
});

test("leaves out what was handed on before", () => {
  const lines = new TimedLines({ keepsTime: false });
  taken(lines, `${at(1)}one\n${at(2)}two\n`);
  expect(taken(lines, `${at(1)}one\n${at(2)}two\n${at(3)}three\n`)).toBe("three\n");
  expect(taken(lines, `${at(2)}two\n${at(3)}three\n`)).toBeUndefined();
});

test("tells the streams apart", () => {
  const lines = new TimedLines({ keepsTime: false });
  taken(lines, `${at(2)}out\n`, "stdout");
  expect(taken(lines, `${at(1)}err\n`, "stderr")).toBe("err\n");
});

test("compares times whose fraction was shortened", () => {
  const lines = new TimedLines({ keepsTime: false });
  taken(lines, `${at(1, ".12")}one\n`);
  expect(taken(lines, `${at(1, ".12")}one\n${at(1, ".123")}two\n${at(2, "")}three\n`)).toBe("two\nthree\n");
});

test("joins a long line that came as several messages", () => {
  const lines = new TimedLines({ keepsTime: false });
  const [first, second] = ["x".repeat(16_384), "y".repeat(16_384)];
  expect(taken(lines, `${at(1)}${first}${at(1)}${second}${at(1)}end\n${at(2)}next\n`)).toBe(
    `${first}${second}end\nnext\n`,
  );
});

test("passes a time that a program printed itself", () => {
  const lines = new TimedLines({ keepsTime: false });
  expect(taken(lines, `${at(1)}${at(9)}own\n`)).toBe(`${at(9)}own\n`);
});
