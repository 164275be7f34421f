import { describe, expect, test } from "vitest";
import { decideDisplay } from "../../../src/cli/display.ts";
import type { GlobalFlags } from "../../../src/cli/project-options.ts";
import { memoryIo } from "../../support/memory-io.ts";

const terminal = memoryIo({ isTTY: true }).stderr;
const pipe = memoryIo().stderr;

describe("the display", () => {
  test.each<{ when: string; flags?: GlobalFlags; environment?: Record<string, string>; on?: typeof pipe; is: string }>([
    { when: "a terminal", on: terminal, is: "tty with colours" },
    { when: "a pipe", is: "plain without colours" },
    { when: "a dumb terminal", on: terminal, environment: { TERM: "dumb" }, is: "plain without colours" },
    { when: "NO_COLOR", on: terminal, environment: { NO_COLOR: "1" }, is: "plain without colours" },
    { when: "an empty NO_COLOR", on: terminal, environment: { NO_COLOR: "" }, is: "tty with colours" },
    { when: "--ansi never", on: terminal, flags: { ansi: "never" }, is: "plain without colours" },
    { when: "--no-ansi", on: terminal, flags: { noAnsi: true }, is: "plain without colours" },
    { when: "--ansi always in a pipe", flags: { ansi: "always" }, is: "plain with colours" },
    {
      when: "--ansi always against NO_COLOR",
      flags: { ansi: "always" },
      environment: { NO_COLOR: "1" },
      is: "plain with colours",
    },
    { when: "COMPOSE_ANSI", on: terminal, environment: { COMPOSE_ANSI: "never" }, is: "plain without colours" },
    { when: "--progress plain", on: terminal, flags: { progress: "plain" }, is: "plain with colours" },
    { when: "--progress tty in a pipe", flags: { progress: "tty" }, is: "tty without colours" },
    { when: "COMPOSE_PROGRESS", on: terminal, environment: { COMPOSE_PROGRESS: "json" }, is: "json with colours" },
    {
      when: "a flag against COMPOSE_PROGRESS",
      flags: { progress: "quiet" },
      environment: { COMPOSE_PROGRESS: "json" },
      is: "quiet without colours",
    },
    { when: "--progress none", flags: { progress: "none" }, is: "quiet without colours" },
  ])("is $is on $when", ({ flags = {}, environment = {}, on = pipe, is }) => {
    const { progress, colorsOn } = decideDisplay(flags, environment, on);
    expect(`${progress} ${colorsOn(on) ? "with" : "without"} colours`).toBe(is);
  });

  test("colours each stream by itself", () => {
    const { colorsOn } = decideDisplay({}, {}, terminal);
    expect([terminal, pipe].map((output) => colorsOn(output))).toEqual([true, false]);
  });

  test.each<{ flags?: GlobalFlags; environment?: Record<string, string>; message: string }>([
    { flags: { progress: "tty", ansi: "never" }, message: "--progress tty needs ANSI codes: drop --ansi never" },
    { flags: { progress: "plain", ansi: "always" }, message: "--progress plain has no ANSI codes: drop --ansi always" },
    {
      environment: { COMPOSE_PROGRESS: "loud" },
      message: 'COMPOSE_PROGRESS: expected one of auto, tty, plain, json, quiet, none, got "loud"',
    },
    { environment: { COMPOSE_ANSI: "red" }, message: 'COMPOSE_ANSI: expected one of auto, never, always, got "red"' },
  ])("refuses with: $message", ({ flags = {}, environment = {}, message }) => {
    expect(() => decideDisplay(flags, environment, pipe)).toThrow(message);
  });
});
