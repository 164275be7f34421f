import { expect, test } from "vitest";
import type { ContainerDocument, ContainerState } from "../../../../src/embedded/containers/container.ts";
import { statusText } from "../../../../src/embedded/containers/list.ts";

const now = Date.parse("2026-01-02T00:00:00Z");

const text = (state: Partial<ContainerState>, health?: string): string =>
  statusText({ state: { exitCode: 0, ...state } } as unknown as ContainerDocument, {
    nowMs: now,
    health: health === undefined ? undefined : { Status: health, FailingStreak: 0 },
  });

const ago = (seconds: number): string => new Date(now - seconds * 1000).toISOString();

test.each([
  [0.5, "Less than a second"],
  [1, "1 second"],
  [59, "59 seconds"],
  [60, "About a minute"],
  [150, "2 minutes"],
  [3600, "About an hour"],
  [2 * 3600, "2 hours"],
  [72 * 3600, "3 days"],
  [20 * 86_400, "2 weeks"],
  [100 * 86_400, "3 months"],
  [800 * 86_400, "2 years"],
])("%d s are told as docker ps tells them", (seconds, expected) => {
  expect(text({ status: "running", startedAt: ago(seconds) })).toBe(`Up ${expected}`);
});

test("the status tells health, pause and exit code", () => {
  const startedAt = ago(5);
  expect(text({ status: "running", startedAt }, "healthy")).toBe("Up 5 seconds (healthy)");
  expect(text({ status: "running", startedAt }, "starting")).toBe("Up 5 seconds (health: starting)");
  expect(text({ status: "paused", startedAt })).toBe("Up 5 seconds (Paused)");
  expect(text({ status: "exited", exitCode: 7, finishedAt: ago(5) })).toBe("Exited (7) 5 seconds ago");
  expect(text({ status: "restarting", exitCode: 7, finishedAt: ago(5) })).toBe("Restarting (7) 5 seconds ago");
});
