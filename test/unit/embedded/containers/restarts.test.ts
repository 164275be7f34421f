import { describe, expect, test } from "vitest";
import { type ContainerDocument, never } from "../../../../src/embedded/containers/container.ts";
import { createNewsDesk } from "../../../../src/embedded/containers/news.ts";
import { createRestarts } from "../../../../src/embedded/containers/restarts.ts";

const restarts = (): ReturnType<typeof createRestarts> => createRestarts(createNewsDesk(() => {}));

function ended({
  policy = "no",
  most = 0,
  exitCode = 0,
  ranSeconds = 1,
  restartCount = 0,
  isStoppedByHand = false,
  hasRun = true,
}): ContainerDocument {
  const at = (second: number): string => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();
  return {
    id: "c",
    name: "box",
    created: never,
    image: { reference: "i", id: "sha256:0", config: {}, lowerDirs: [] },
    config: {},
    hostConfig: { RestartPolicy: { Name: policy, MaximumRetryCount: most } },
    endpoints: {},
    mounts: [],
    state: {
      status: "exited",
      exitCode,
      error: "",
      isOomKilled: false,
      startedAt: hasRun ? at(0) : never,
      finishedAt: at(ranSeconds),
    },
    restartCount,
    isStoppedByHand,
  };
}

describe("after an exit", () => {
  test.each<[object, number | undefined]>([
    [{ policy: "no", exitCode: 1 }, undefined],
    [{ policy: "always" }, 100],
    [{ policy: "unless-stopped" }, 100],
    [{ policy: "on-failure" }, undefined],
    [{ policy: "on-failure", exitCode: 1 }, 100],
    [{ policy: "on-failure", exitCode: 1, most: 2, restartCount: 1 }, 100],
    [{ policy: "on-failure", exitCode: 1, most: 2, restartCount: 2 }, undefined],
  ])("%j is restarted after %s", (container, delayMs) => {
    expect(restarts().delayAfter(ended(container))).toBe(delayMs);
  });

  test("waits grow to a minute, and begin anew after a good run or a start by hand", () => {
    const policy = restarts();
    const wait = (more: object = {}): number | undefined =>
      policy.delayAfter(ended({ policy: "always", restartCount: 1, ...more }));
    const waits = Array.from({ length: 12 }, () => wait());
    expect(waits).toEqual([100, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 51_200, 60_000, 60_000]);
    expect([wait({ ranSeconds: 10 }), wait(), wait({ restartCount: 0 }), wait()]).toEqual([100, 200, 100, 200]);
  });
});

test.each<[object, boolean]>([
  [{ policy: "always", isStoppedByHand: true }, true],
  [{ policy: "unless-stopped", isStoppedByHand: true }, false],
  [{ policy: "unless-stopped" }, true],
  [{ policy: "on-failure", exitCode: 255 }, true],
  [{ policy: "on-failure", exitCode: 255, isStoppedByHand: true }, false],
  [{ policy: "on-failure" }, false],
  [{ policy: "no", exitCode: 255 }, false],
  [{ policy: "always", hasRun: false }, false],
])("after a reboot %j is wanted: %s", (container, isWanted) => {
  expect(restarts().isWantedAtBoot(ended(container))).toBe(isWanted);
});
