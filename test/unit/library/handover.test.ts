import { describe, expect, test } from "vitest";
import { handover } from "../../../src/library/handover.ts";

const never = new AbortController().signal;

/** Work that hands on numbers for ever, and tells how far it got and whether it was ended. */
function counting(): {
  readonly state: { given: number; isEnded: boolean };
  readonly work: (give: (item: number) => Promise<void>, signal: AbortSignal) => Promise<void>;
} {
  const state = { given: 0, isEnded: false };
  const work = async (give: (item: number) => Promise<void>, signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) await give(state.given++);
    state.isEnded = true;
  };
  return { state, work };
}

describe("what is handed over", () => {
  test("arrives whole and in order", async () => {
    const items = handover<number>(async (give) => {
      for (let item = 0; item < 1000; item++) await give(item);
    }, never);
    expect(await Array.fromAsync(items)).toEqual(Array.from({ length: 1000 }, (_, item) => item));
  });

  test("is not made faster than it is taken", async () => {
    const { state, work } = counting();
    const items = handover(work, never);
    await items.next();
    await items.next();
    expect(state.given).toBeLessThan(100);
    await items.return();
  });

  test("is the newest only where what is older is of no use", async () => {
    const more = Promise.withResolvers<void>();
    const items = handover<number>(
      async (give) => {
        for (let item = 0; item < 1000; item++) void give(item);
        await more.promise;
        await give(1000);
      },
      never,
      { isLatestOnly: true },
    );
    expect((await items.next()).value).toBe(999);
    more.resolve();
    expect(await Array.fromAsync(items)).toEqual([1000]);
  });

  test("ends its work when the reader leaves", async () => {
    const { state, work } = counting();
    for await (const item of handover(work, never)) if (item === 200) break;
    expect(state.isEnded).toBe(true);
  });

  test("ends when the signal fires", async () => {
    const { state, work } = counting();
    const controller = new AbortController();
    for await (const item of handover(work, controller.signal)) if (item === 10) controller.abort();
    expect(state.isEnded).toBe(true);
  });

  test("is read to its end before what the work threw is thrown", async () => {
    const read: number[] = [];
    const items = handover<number>(async (give) => {
      await give(1);
      throw new Error("broken");
    }, never);
    const reading = async (): Promise<void> => {
      for await (const item of items) read.push(item);
    };
    await expect(reading()).rejects.toThrow("broken");
    expect(read).toEqual([1]);
  });
});
