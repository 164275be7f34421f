import { expect, test } from "vitest";
import { Interrupts } from "../../../src/cli/interrupts.ts";
import { memoryIo } from "../../support/memory-io.ts";

test("asks for an orderly end first, and ends the process at the second Ctrl-C", () => {
  const io = memoryIo();
  using interrupts = new Interrupts(io);
  io.interrupt();
  expect({ isAborted: interrupts.signal.aborted, abandoned: io.abandoned }).toEqual({ isAborted: true, abandoned: [] });
  io.interrupt();
  expect(io.abandoned).toEqual([130]);
});

test("leaves the second Ctrl-C to the command that takes it, never the third", () => {
  const io = memoryIo();
  using interrupts = new Interrupts(io);
  const forced = interrupts.takeForce();
  io.interrupt();
  expect(forced.aborted).toBe(false);
  io.interrupt();
  expect({ isForced: forced.aborted, abandoned: io.abandoned }).toEqual({ isForced: true, abandoned: [] });
  io.interrupt();
  expect(io.abandoned).toEqual([130]);
});

test("stops listening when disposed", () => {
  const io = memoryIo();
  const interrupts = new Interrupts(io);
  interrupts[Symbol.dispose]();
  io.interrupt();
  expect(interrupts.signal.aborted).toBe(false);
});
