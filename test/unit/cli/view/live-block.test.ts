import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { LiveBlock } from "../../../../src/cli/view/live-block.ts";
import { memoryIo } from "../../../support/memory-io.ts";

/** What a terminal shows after those bytes: enough of one to know line feeds, cursor up and clearing. */
function screen(bytes: string): string[] {
  const lines = [""];
  let at = 0;
  for (const [index, part] of bytes.split("\u001b[").entries()) {
    const [code = ""] = index === 0 ? [] : (/^\??\d+[A-Za-z]/.exec(part) ?? []);
    if (code.endsWith("A")) at -= Number.parseInt(code, 10);
    if (code === "0J") lines.splice(at, Infinity, "");
    const [first = "", ...next] = part.slice(code.length).replaceAll("\r", "").split("\n");
    lines[at] += first;
    for (const line of next) lines[++at] = line;
  }
  return lines.slice(0, -1);
}

test("redraws in place and prints other lines above", async () => {
  const io = memoryIo({ isTTY: true });
  const block = new LiveBlock(io.stderr);
  block.draw(["[+] 0/2", "a Creating"]);
  block.printAbove(io.stderr, "web-1 | one\n");
  block.printAbove(io.stderr, "web-1 | two\n");
  await setImmediate();
  block.draw(["[+] 1/2", "a Created", "b Creating"]);
  expect(screen(io.written.stderr())).toEqual(["web-1 | one", "web-1 | two", "[+] 1/2", "a Created", "b Creating"]);
});

test("leaves the last state behind and shows the cursor again", () => {
  const io = memoryIo({ isTTY: true });
  const block = new LiveBlock(io.stderr);
  block.draw(["[+] 1/1"]);
  block.printAbove(io.stderr, "late\n");
  block.freeze();
  block.printAbove(io.stderr, "after\n");
  expect(screen(io.written.stderr())).toEqual(["late", "[+] 1/1", "after"]);
  expect(io.written.stderr()).toContain("\u001b[?25h");
});

test("prints at once while nothing is drawn", () => {
  const io = memoryIo();
  new LiveBlock(io.stderr).printAbove(io.stdout, "line\n");
  expect(io.written.stdout()).toBe("line\n");
});
