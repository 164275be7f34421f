import { expect, test } from "vitest";
import { Rendezvous } from "../../../../../src/embedded/build/buildkit/rendezvous.ts";

const never = new AbortController().signal;

test("what has arrived is found, and what arrives later by all who wait", async () => {
  const place = new Rendezvous<number>();
  expect(place.arrive("a", 1)).toBe(true);
  expect(place.arrive("a", 2)).toBe(false);
  expect(await place.find("a", never)).toBe(1);
  const waiting = [place.find("b", never), place.find("b", never)];
  place.arrive("b", 3);
  expect(await Promise.all(waiting)).toEqual([3, 3]);
});

test("who has left is not found, and nobody waits whose client is gone", async () => {
  const place = new Rendezvous<number>();
  place.arrive("a", 1);
  place.leave("a");
  expect(place.has("a")).toBe(false);
  const gone = new AbortController();
  const waiting = place.find("a", gone.signal);
  gone.abort();
  expect(await waiting).toBeUndefined();
  expect(await place.find("a", gone.signal)).toBeUndefined();
});
