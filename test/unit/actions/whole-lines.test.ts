import { expect, test } from "vitest";
import { WholeLines } from "../../../src/actions/whole-lines.ts";

const chunk = (text: string, stream: "stdout" | "stderr" = "stdout") => ({ stream, bytes: Buffer.from(text) });

test("hands on lines only when they are whole, each stream for itself", () => {
  const lines = new WholeLines();
  const out = [
    chunk("a"),
    chunk("b"),
    chunk("E", "stderr"),
    chunk("c\nd"),
    chunk("F\n", "stderr"),
    chunk("\n"),
    chunk("x\ny\nz"),
  ].map((each) => lines.add(each)?.toString());
  expect(out).toEqual([undefined, undefined, undefined, "abc\n", "EF\n", "d\n", "x\ny\n"]);
  expect(lines.rest().map(({ stream, bytes }) => [stream, bytes.toString()])).toEqual([["stdout", "z\n"]]);
});

test("has nothing left when output ended with a line", () => {
  const lines = new WholeLines();
  lines.add(chunk("x\n"));
  expect(lines.rest()).toEqual([]);
});
