import { expect, test } from "vitest";
import { type Row, drawFrame, type FrameStyle } from "../../../../src/cli/view/frame.ts";
import { paintFor } from "../../../../src/cli/view/paint.ts";

const style: FrameStyle = { heading: "Running", total: 0, columns: 50, rows: 24, paint: paintFor(false), tick: 0 };

function row(name: string, text: string, state: Row["state"], elapsedMs = 0): Row {
  return { name, text, state, elapsedMs };
}

test("aligns names and texts, with times at the right edge", () => {
  const rows = [
    row("Network shop_default", "Created", "done", 120),
    row("Container shop-web-1", "Starting", "working", 1_260),
    row("Container shop-db-1", "Error no such image", "failed", 40),
    row("Container shop-x-1", "Skipped because of #3", "skipped"),
  ];
  expect(drawFrame(rows, { ...style, total: 5 })).toEqual([
    "[+] Running 3/5",
    " ✔ Network shop_default  Created             0.1s",
    " ⠋ Container shop-web-1  Starting            1.3s",
    " ✘ Container shop-db-1   Error no such ima…  0.0s",
    " - Container shop-x-1    Skipped because o…  0.0s",
  ]);
});

test("leaves out what is done first when the terminal is low", () => {
  const rows = [row("a", "Created", "done"), row("b", "Created", "done"), row("c", "Creating", "working")];
  const lines = drawFrame(rows, { ...style, rows: 4 });
  expect(lines.map((line) => line.slice(0, 14).trimEnd())).toEqual([
    "[+] Running 2/",
    " ✔ b  Created",
    " ⠋ c  Creating",
    " … 1 more",
  ]);
});

test("never draws a line wider than the terminal", () => {
  const rows = [row(`Container ${"x".repeat(80)}`, "Creating".repeat(9), "working", 12_000)];
  for (const line of drawFrame(rows, { ...style, columns: 40 })) expect(line.length).toBeLessThan(40);
});
