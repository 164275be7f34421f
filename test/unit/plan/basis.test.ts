import { expect, test } from "vitest";
import { basisOf, movedSince, neededForBasis } from "../../../src/plan/basis.ts";
import { converged } from "../../support/planned.ts";

const snapshot = converged({ services: { web: { platform: "linux/amd64" } } });
const [web] = snapshot.containers;

test("holds while nothing moves, whatever the health", () => {
  const sick = snapshot.containers.map((each) => ({ ...each, health: "unhealthy" as const, status: "Up 5 minutes" }));
  expect(movedSince(basisOf(snapshot), basisOf({ ...snapshot, containers: sick }))).toEqual([]);
});

test("tells what moved, thing by thing", () => {
  const containers = web === undefined ? [] : [{ ...web, state: "exited" as const }];
  const moved = movedSince(basisOf(snapshot), basisOf({ ...snapshot, containers, networks: [] }));
  expect(moved).toHaveLength(2);
  expect(moved[0]).toMatch(/^container app-web-1 changed: \S+ running .* -> \S+ exited /);
  expect(moved[1]).toBe("network app_default is gone");
});

test("says what to observe to be compared again", () => {
  expect(neededForBasis(basisOf(snapshot))).toEqual({
    networks: ["app_default"],
    volumes: [],
    images: {
      "web:1": { reference: "web:1" },
      "web:1 (linux/amd64)": { reference: "web:1", platform: "linux/amd64" },
    },
  });
});
