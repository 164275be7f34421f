import { expect, test } from "vitest";
import { endOfPiece } from "../../../../../src/embedded/containers/streams/end-of-piece.ts";

const much = "x".repeat(99) + "\n";

test.each<[string, Buffer, number]>([
  ["lines", Buffer.from("one\ntwo\n"), 8],
  ["an unfinished line that is all there is", Buffer.from("prompt> "), 8],
  ["half a character", Buffer.from("a😀").subarray(0, 4), 1],
  ["nothing but half a character", Buffer.from("😀").subarray(0, 2), 0],
  ["no text", Buffer.from([0x80, 0x80, 0x80, 0x80]), 4],
  ["much, with half a line", Buffer.from(`${much.repeat(200)}half`), 20_000],
  ["a line that is long", Buffer.from("x".repeat(20_000)), 20_000],
  ["lines and one that is long", Buffer.from(`${much}${"x".repeat(20_000)}`), 20_100],
])("is cut behind what is whole: %s", (_, bytes, end) => {
  expect(endOfPiece(bytes)).toBe(end);
});
