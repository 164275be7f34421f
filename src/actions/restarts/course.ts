import type { RestartRules } from "../../plan/spec/restart-policy.ts";

/** How far the restarts of a container have come. */
export interface Course {
  /** Restarts that have failed. */
  readonly failed: number;
  /** Whether the run it is in, or was in last, is a restart. */
  readonly isRestart: boolean;
}

/** Before the first end. */
export const beginning: Course = { failed: 0, isRestart: false };

/** An end, and how long the run before it was, in milliseconds. */
export interface End {
  readonly exitCode: number;
  readonly ranMs: number;
}

/**
 * What follows an end by the rules of Compose's `restart_policy`: a restart fails when it ends within the window.
 *
 *     running --ends--> is it asked for, and are attempts left? --yes, after the delay--> running, as a restart
 *                                |
 *                                no--> over
 */
export function afterEnd(rules: RestartRules, { failed: before, isRestart }: Course, end: End): Course | "over" {
  if (rules.condition === "on-failure" && end.exitCode === 0) return "over";
  const hasFailed = isRestart && (rules.windowMs === 0 || end.ranMs < rules.windowMs);
  const failed = before + (hasFailed ? 1 : 0);
  return rules.maxAttempts !== undefined && failed >= rules.maxAttempts ? "over" : { failed, isRestart: true };
}
