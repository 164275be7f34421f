import { describe, expect, test } from "vitest";
import { afterEnd, beginning, type Course, type End } from "../../../../src/actions/restarts/course.ts";
import { restartRules, type RestartRules } from "../../../../src/plan/spec/restart-policy.ts";

const onFailure: RestartRules = { condition: "on-failure", delayMs: 1000, windowMs: 0 };

/** How often a container is restarted that ends like this, run after run; at most five times. */
function restarts(rules: RestartRules, ends: (run: number) => End): number {
  let course: Course = beginning;
  for (let run = 0; run < 5; run++) {
    const next = afterEnd(rules, course, ends(run));
    if (next === "over") return run;
    course = next;
  }
  return 5;
}

describe("restarts by deploy.restart_policy", () => {
  test.each<{ what: string; rules: RestartRules; end: (run: number) => End; times: number }>([
    {
      what: "go on for ever without a limit",
      rules: onFailure,
      end: () => ({ exitCode: 1, ranMs: 10 }),
      times: 5,
    },
    {
      what: "are not for a success where only failures count",
      rules: onFailure,
      end: () => ({ exitCode: 0, ranMs: 10 }),
      times: 0,
    },
    {
      what: "are for a success where any end counts",
      rules: { ...onFailure, condition: "any" },
      end: () => ({ exitCode: 0, ranMs: 10 }),
      times: 5,
    },
    {
      what: "end with the last attempt",
      rules: { ...onFailure, maxAttempts: 2 },
      end: () => ({ exitCode: 1, ranMs: 60_000 }),
      times: 2,
    },
    {
      what: "that last longer than the window do not count as failed",
      rules: { ...onFailure, maxAttempts: 2, windowMs: 1000 },
      end: (run) => ({ exitCode: 1, ranMs: run === 1 ? 2000 : 10 }),
      times: 3,
    },
  ])("$what", ({ rules, end, times }) => {
    expect(restarts(rules, end)).toBe(times);
  });

  test("are left to the engine where the file asks for nothing else, or for none", () => {
    const of = (restartPolicy: object): unknown => restartRules({ name: "web", deploy: { restartPolicy } });
    expect(of({ condition: "on-failure", maxAttempts: 3 })).toBeUndefined();
    expect(of({ condition: "none", delayNs: 1e9 })).toBeUndefined();
    expect(of({ delayNs: 1e9 })).toBeUndefined();
    expect(of({ condition: "any", delayNs: 1e9, windowNs: 5e8 })).toEqual({
      condition: "any",
      delayMs: 1000,
      windowMs: 500,
    });
  });
});
