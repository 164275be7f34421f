import { expect, test } from "vitest";
import type { BuildEvent } from "../../../../src/embedded/build/build.ts";
import { EventQueue } from "../../../../src/embedded/build/event-queue.ts";

const megabyte = 1_048_576;

function log(vertex: string, bytes: Uint8Array): BuildEvent {
  return { kind: "log", vertex, stream: "stdout", bytes, at: "2026-01-01T00:00:00Z" };
}

function bytesOf(events: readonly BuildEvent[]): number {
  return events.reduce((sum, event) => sum + (event.kind === "log" ? event.bytes.length : 0), 0);
}

async function next(reader: AsyncGenerator<readonly BuildEvent[]>): Promise<readonly BuildEvent[]> {
  const { done, value } = await reader.next();
  return done === true ? [] : value;
}

test("gives events in their order, and those that come while it is read", async () => {
  const queue = new EventQueue();
  queue.push(log("a", Buffer.from("1")));
  queue.push(log("b", Buffer.from("2")));
  const read: string[] = [];
  for await (const events of queue.batches()) {
    read.push(events.map((event) => (event.kind === "log" ? event.vertex : "")).join());
    if (read.length === 1) queue.push(log("c", Buffer.from("3")));
    else queue.end();
  }
  expect(read).toEqual(["a,b", "c"]);
});

test("keeps no more output than somebody reads at once, and tells that there was more", async () => {
  const queue = new EventQueue();
  for (let at = 0; at < 40; at += 1) queue.push(log(at % 2 === 0 ? "a" : "b", Buffer.alloc(megabyte)));
  const reader = queue.batches();
  const events = await next(reader);
  expect(bytesOf(events)).toBeLessThan(17 * megabyte);
  const clips = events.filter((event) => event.kind === "log" && Buffer.from(event.bytes).includes("clipped"));
  expect(clips.map((event) => (event.kind === "log" ? event.vertex : ""))).toEqual(["a", "b"]);
  // Who reads gets what comes then.
  queue.push(log("a", Buffer.from("more")));
  queue.end();
  expect(bytesOf(await next(reader))).toBe(4);
});

test("wakes everybody who waits", async () => {
  const queue = new EventQueue();
  const ended = [queue.batches().next(), queue.batches().next()];
  queue.end();
  expect((await Promise.all(ended)).map(({ done }) => done)).toEqual([true, true]);
});
