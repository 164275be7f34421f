import { expect, test } from "vitest";
import { DetachWatch, detachKeys } from "../../../../../src/embedded/containers/streams/detach-keys.ts";

test.each<[string | null, readonly number[]]>([
  [null, [16, 17]],
  ["", [16, 17]],
  ["ctrl-a,b", [1, 98]],
  ["ctrl-@,ctrl-_", [0, 31]],
])("%j means %j", (text, bytes) => {
  expect([...detachKeys(text)]).toEqual(bytes);
});

test.each([["ctrl-1"], ["ab"], ["ctrl-p,,q"]])("%j is refused", (text) => {
  expect(() => detachKeys(text)).toThrow(expect.objectContaining({ status: 400 }));
});

/** What reaches the program of these pieces of input, `|` where the client was let go. */
function typed(...pieces: readonly string[]): string {
  const watch = new DetachWatch(detachKeys("ctrl-p,ctrl-q"));
  let seen = "";
  for (const piece of pieces) {
    const { passed, isDetached } = watch.take(Buffer.from(piece));
    seen += Buffer.from(passed).toString() + (isDetached ? "|" : "");
  }
  return seen;
}

test.each<[readonly string[], string]>([
  [["ls\n"], "ls\n"],
  [["ls\x10\x11"], "ls|"],
  [["a\x10", "\x11"], "a|"],
  [["a\x10b"], "a\x10b"],
  [["\x10\x10\x11"], "\x10|"],
  [["\x10", "x"], "\x10x"],
])("of %j arrives %j", (pieces, expected) => {
  expect(typed(...pieces)).toBe(expected);
});
