import { expect, test } from "vitest";
import { checkCommand, checkWishes } from "../../../src/testing/check-wishes.ts";
import type { StackWishes } from "../../../src/testing/compose.ts";

test.each<[options: object, message: string]>([
  [{ shard: true }, 'there is no option "shard"'],
  [{ toString: true }, 'there is no option "toString"'],
  [{ services: "db" }, `services: expected a list of names, got 'db'`],
  [{ profiles: [1] }, "profiles: expected a list of names, got [ 1 ]"],
  [{ env: ["A=1"] }, `env: expected variables and their values, got [ 'A=1' ]`],
  [{ pull: "sometimes" }, `pull: expected "always" or "missing" or "never", got 'sometimes'`],
  [{ startTimeoutMs: "10s" }, `startTimeoutMs: expected milliseconds, as a number, got '10s'`],
  [{ stopGraceMs: NaN }, "stopGraceMs: expected milliseconds, as a number, got NaN"],
  [{ reuse: null }, "reuse: expected true or false, got null"],
])("options such as %j are refused, since nobody else checks them", (options, message) => {
  expect(() => checkWishes(options as StackWishes)).toThrow(`compose: ${message}`);
});

test("options that are there, or explicitly are not, are fine", () => {
  const wishes = {
    services: ["db"],
    env: { A: "1" },
    startTimeoutMs: 0,
    signal: AbortSignal.timeout(1),
    build: "never",
  };
  expect(() => checkWishes({ ...wishes, engine: undefined } as unknown as StackWishes)).not.toThrow();
});

test("a command that is a text is refused", () => {
  expect(() => checkCommand("redis-cli ping" as unknown as string[])).toThrow("got 'redis-cli ping'");
  expect(() => checkCommand(["redis-cli", "ping"])).not.toThrow();
});
