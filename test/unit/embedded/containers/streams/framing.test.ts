import { expect, test } from "vitest";
import { frame, frameTexts } from "../../../../../src/embedded/containers/streams/framing.ts";
import { framedOutput } from "../../../../../src/engine/output.ts";

test("frames carry their stream and their length in bytes", () => {
  expect([...frame("stderr", Buffer.from("é"))]).toEqual([2, 0, 0, 0, 0, 0, 0, 2, 0xc3, 0xa9]);
});

test("many pieces are read back as they were", async () => {
  const pieces = [
    { stream: "stdout", text: "ünï\n" },
    { stream: "stderr", text: "" },
    { stream: "stderr", text: "x".repeat(70_000) },
  ] as const;
  async function* wire(): AsyncGenerator<Uint8Array> {
    yield frameTexts(pieces);
  }
  const read = await Array.fromAsync(framedOutput(wire()));
  expect(read.map(({ stream, bytes }) => ({ stream, text: Buffer.from(bytes).toString() }))).toEqual([
    pieces[0],
    pieces[2],
  ]);
});
