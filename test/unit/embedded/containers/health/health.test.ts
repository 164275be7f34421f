import { describe, expect, test } from "vitest";
import {
  afterProbe,
  beginning,
  type Health,
  healthPlan,
  intervalOf,
  type ProbeResult,
} from "../../../../../src/embedded/containers/health/health.ts";

const second = 1e9;

describe("a health check", () => {
  test("has Docker's defaults", () => {
    expect(healthPlan({ Test: ["CMD", "true"] }, undefined)).toEqual({
      command: ["true"],
      intervalMs: 30_000,
      timeoutMs: 30_000,
      retries: 3,
      startPeriodMs: 0,
      startIntervalMs: 5000,
    });
  });

  test.each<[readonly string[] | undefined, readonly string[] | undefined, readonly string[] | undefined]>([
    [["CMD-SHELL", "test -e /x"], undefined, ["/bin/sh", "-c", "test -e /x"]],
    [
      ["CMD-SHELL", "exit 0"],
      ["/bin/bash", "-ec"],
      ["/bin/bash", "-ec", "exit 0"],
    ],
    [["NONE"], undefined, undefined],
    [[], undefined, undefined],
    [undefined, undefined, undefined],
  ])("%j with shell %j runs %j", (Test, shell, command) => {
    expect(healthPlan(Test === undefined ? undefined : { Test }, shell)?.command).toEqual(command);
  });
});

describe("health", () => {
  const plan = healthPlan(
    { Test: ["CMD", "x"], Interval: 10 * second, Retries: 2, StartPeriod: 5 * second, StartInterval: second },
    undefined,
  );
  if (plan === undefined) throw new Error("no plan");
  const result = (ExitCode: number): ProbeResult => ({ Start: "", End: "", ExitCode, Output: "" });
  /** Exit codes of probes at these seconds after the start, and the health after each. */
  function course(...probes: readonly (readonly [atSecond: number, exitCode: number])[]): string[] {
    let health: Health = beginning(undefined);
    return probes.map(([at, code]) => {
      health = afterProbe(health, result(code), { plan: plan!, sinceStartMs: at * 1000 });
      return `${health.Status} ${health.FailingStreak}`;
    });
  }

  test("forgives failures of the start, and turns with the first success", () => {
    expect(course([1, 1], [2, 1], [3, 0])).toEqual(["starting 0", "starting 0", "healthy 0"]);
  });

  test("turns bad after the retries, and good at once", () => {
    expect(course([6, 1], [16, 1], [26, 1], [36, 0])).toEqual([
      "starting 1",
      "unhealthy 2",
      "unhealthy 3",
      "healthy 0",
    ]);
  });

  test("once good, is not forgiven any more", () => {
    expect(course([1, 0], [2, 1], [3, 7])).toEqual(["healthy 0", "healthy 1", "unhealthy 2"]);
  });

  test("keeps the last five answers", () => {
    let health = beginning(undefined);
    for (let code = 1; code <= 7; code += 1) health = afterProbe(health, result(code), { plan, sinceStartMs: 0 });
    expect(health.Log?.map(({ ExitCode }) => ExitCode)).toEqual([3, 4, 5, 6, 7]);
    expect(beginning(health)).toMatchObject({ Status: "starting", FailingStreak: 0 });
  });

  test("is asked for more often while it starts", () => {
    const starting = beginning(undefined);
    expect(intervalOf(starting, plan, 0)).toBe(1000);
    expect(intervalOf(starting, plan, 5000)).toBe(10_000);
    expect(intervalOf({ ...starting, Status: "healthy" }, plan, 0)).toBe(10_000);
  });
});
