import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { OutputChunk } from "../../../src/engine/engine.ts";
import { framedOutput, guessedOutput, rawOutput } from "../../../src/engine/output.ts";

const frame = (type: number, payload: Uint8Array): Buffer => {
  const header = Buffer.alloc(8);
  header[0] = type;
  header.writeUInt32BE(payload.length, 4);
  return Buffer.concat([header, payload]);
};

/** Cuts bytes as a network may. */
async function* cut(bytes: Uint8Array, sizes: readonly number[]): AsyncIterable<Uint8Array> {
  let at = 0;
  for (const size of [...sizes, bytes.length]) {
    if (at < bytes.length) yield bytes.subarray(at, at + size);
    at += size;
  }
}

async function gathered(output: AsyncIterable<OutputChunk>): Promise<Record<OutputChunk["stream"], string>> {
  const bytes: Record<OutputChunk["stream"], Uint8Array[]> = { stdout: [], stderr: [] };
  for await (const chunk of output) bytes[chunk.stream].push(chunk.bytes);
  return { stdout: Buffer.concat(bytes.stdout).toString("hex"), stderr: Buffer.concat(bytes.stderr).toString("hex") };
}

describe("framed output", () => {
  test("is told apart wherever the network cuts it", async () => {
    const frames = fc.array(fc.record({ type: fc.constantFrom(1, 2), payload: fc.uint8Array({ maxLength: 40 }) }));
    const sizes = fc.array(fc.integer({ min: 1, max: 30 }));
    await fc.assert(
      fc.asyncProperty(frames, sizes, async (sent, cuts) => {
        const all = Buffer.concat(sent.map(({ type, payload }) => frame(type, payload)));
        const of = (wanted: number): string =>
          Buffer.concat(sent.filter(({ type }) => type === wanted).map(({ payload }) => payload)).toString("hex");
        const expected = { stdout: of(1), stderr: of(2) };
        expect(await gathered(framedOutput(cut(all, cuts)))).toEqual(expected);
      }),
    );
  });

  test("keeps the order of stdout and stderr within a piece", async () => {
    const all = Buffer.concat([frame(1, Buffer.from("a")), frame(2, Buffer.from("b")), frame(1, Buffer.from("c"))]);
    const chunks = await Array.fromAsync(framedOutput(cut(all, [])));
    expect(chunks.map(({ stream, bytes }) => `${stream} ${Buffer.from(bytes).toString()}`)).toEqual([
      "stdout a",
      "stderr b",
      "stdout c",
    ]);
  });

  test("of many frames is joined into few pieces", async () => {
    const line = frame(1, Buffer.from("a line of a log, as they come\n"));
    const all = Buffer.concat(Array.from({ length: 200_000 }, () => line));
    const cuts = Array.from({ length: Math.ceil(all.length / 65_536) }, () => 65_536);
    const chunks = await Array.fromAsync(framedOutput(cut(all, cuts)));
    expect(chunks.length).toBeLessThan(2 * cuts.length);
  });

  test("that tells of the engine's own trouble is a refusal with its words", async () => {
    const all = Buffer.concat([frame(1, Buffer.from("fine")), frame(3, Buffer.from("Error grabbing logs: broken\n"))]);
    await expect(gathered(framedOutput(cut(all, [12])))).rejects.toThrow("Error grabbing logs: broken");
  });
});

describe("output of which nobody said what it is", () => {
  test("is framed when it begins with a header, else a terminal's", async () => {
    const text = Buffer.from("plain text");
    expect(await gathered(guessedOutput(cut(frame(2, text), [])))).toEqual({
      stdout: "",
      stderr: text.toString("hex"),
    });
    expect(await gathered(guessedOutput(cut(text, [3])))).toEqual({ stdout: text.toString("hex"), stderr: "" });
    expect(await gathered(rawOutput(cut(text, [3])))).toEqual({ stdout: text.toString("hex"), stderr: "" });
  });
});
