import { randomBytes } from "node:crypto";
import { gunzipSync, gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { gzipped } from "../../../../src/embedded/images/layers/gzip.ts";
import { once } from "../../../support/tar-members.ts";

const dense = randomBytes(300_000);
const loose = Buffer.from("compose ".repeat(40_000));

async function packed(bytes: Buffer, chunkBytes: number): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(gzipped(once(bytes, chunkBytes))));
}

describe("gzip of a stream", () => {
  test.each([
    ["nothing", Buffer.alloc(0)],
    ["one byte", Buffer.from("a")],
    ["what shrinks", loose],
    ["what does not", dense],
    ["both in turn", Buffer.concat([loose, dense, loose, dense, dense, loose])],
  ])("gives %s back", async (_name, bytes) => {
    for (const chunkBytes of [1000, 50_000, 262_144]) {
      const found = gunzipSync(await packed(bytes, chunkBytes));
      expect(found.equals(bytes)).toBe(true);
    }
  });

  test("is the same each time, small where it can be, and hardly longer where it cannot", async () => {
    const both = Buffer.concat([loose, dense]);
    const [one, other] = [await packed(both, 65_536), await packed(both, 65_536)];
    expect(one.equals(other)).toBe(true);
    expect(one.length).toBeLessThan(gzipSync(both).length * 1.05);
    expect((await packed(dense, 65_536)).length).toBeLessThan(dense.length * 1.001);
  });

  test("ends as its source does", async () => {
    const broken = (async function* () {
      yield loose;
      throw new Error("the disk is gone");
    })();
    await expect(Array.fromAsync(gzipped(broken))).rejects.toThrow("the disk is gone");
  });

  test("lets go of its source when nobody wants more", async () => {
    let isReleased = false;
    const endless = (async function* () {
      try {
        for (;;) yield dense;
      } finally {
        isReleased = true;
      }
    })();
    for await (const _ of gzipped(endless)) break;
    expect(isReleased).toBe(true);
  });
});
