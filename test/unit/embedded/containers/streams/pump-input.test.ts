import { PassThrough, Writable } from "node:stream";
import { expect, test } from "vitest";
import { detachKeys } from "../../../../../src/embedded/containers/streams/detach-keys.ts";
import { pumpInput } from "../../../../../src/embedded/containers/streams/pump-input.ts";

const never = new AbortController().signal;

test("passes everything on, and tells the end", async () => {
  const [from, to] = [new PassThrough(), new PassThrough()];
  const outcome = pumpInput(from, to, { signal: never });
  from.write("one ");
  from.end("two");
  expect(await outcome).toBe("ended");
  expect(to.read()?.toString()).toBe("one two");
  expect(from.destroyed || to.writableEnded).toBe(from.destroyed);
});

test("waits for a slow program", async () => {
  const from = new PassThrough();
  let [waiting, most] = [0, 0];
  const to = new Writable({
    highWaterMark: 10,
    write: (chunk: Buffer, _, done) => {
      waiting += chunk.length;
      most = Math.max(most, to.writableLength);
      setImmediate(done);
    },
  });
  const outcome = pumpInput(from, to, { signal: never });
  for (let index = 0; index < 100; index += 1) from.write("0123456789");
  from.end();
  expect(await outcome).toBe("ended");
  expect(waiting).toBe(1000);
  expect(most).toBeLessThanOrEqual(1000);
});

test("ends with the program, with the signal and with the keys", async () => {
  const gone = new PassThrough();
  gone.destroy();
  const from = new PassThrough();
  from.write("x");
  expect(await pumpInput(from, gone, { signal: never })).toBe("gone");

  const stop = new AbortController();
  const waiting = pumpInput(new PassThrough(), new PassThrough(), { signal: stop.signal });
  stop.abort();
  expect(await waiting).toBe("gone");

  const typing = new PassThrough();
  typing.write("bye\x10\x11more");
  const to = new PassThrough();
  expect(await pumpInput(typing, to, { detachKeys: detachKeys(null), signal: never })).toBe("detached");
  expect(to.read()?.toString()).toBe("bye");
});
