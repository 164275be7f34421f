import * as fc from "fast-check";
import { expect, test } from "vitest";
import { jsonLines } from "../../../src/engine/json-lines.ts";

test("objects are read line by line, wherever the network cuts them", async () => {
  const objects = fc.array(fc.record({ text: fc.string({ unit: "grapheme" }), number: fc.integer() }));
  const size = fc.integer({ min: 1, max: 20 });
  await fc.assert(
    fc.asyncProperty(objects, size, fc.boolean(), async (sent, step, isEnded) => {
      const text = sent.map((each) => JSON.stringify(each)).join("\r\n") + (isEnded ? "\n" : "");
      const bytes = Buffer.from(text);
      const pieces = (async function* (): AsyncIterable<Uint8Array> {
        for (let at = 0; at < bytes.length; at += step) yield bytes.subarray(at, at + step);
      })();
      expect(await Array.fromAsync(jsonLines(pieces))).toEqual(sent);
    }),
  );
});
