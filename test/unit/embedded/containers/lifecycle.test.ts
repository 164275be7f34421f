import { expect, test } from "vitest";
import type { ContainerDocument, ContainerStatus } from "../../../../src/embedded/containers/container.ts";
import { mayMove, type Move } from "../../../../src/embedded/containers/lifecycle.ts";

const statuses: readonly ContainerStatus[] = [
  "created",
  "running",
  "paused",
  "restarting",
  "exited",
  "removing",
  "dead",
];

/** What becomes of a move in each status: `+` done, `=` needless, `!` refused. */
const verdicts = (move: Move): string =>
  statuses
    .map((status) => {
      try {
        const container = { id: "c", state: { status } } as unknown as ContainerDocument;
        return mayMove(move, container) ? "+" : "=";
      } catch {
        return "!";
      }
    })
    .join("");

// The columns are: created, running, paused, restarting, exited, removing, dead. As dockerd 28.5 answers.
test.each([
  ["start", "+=!++!!"],
  ["stop", "=+++==="],
  ["kill", "!++!!!!"],
  ["pause", "!+!!!!!"],
  ["unpause", "!!+!!!!"],
  ["restart", "+++++!!"],
  ["remove", "+!!!+!+"],
  ["exec", "!+!!!!!"],
] as const)("%s is legal where it makes sense", (move, expected) => {
  expect(verdicts(move)).toBe(expected);
});
