import { expect, test } from "vitest";
import type { ContainerSummary } from "../../../src/docker-api/container.ts";
import { label } from "../../../src/observe/labels.ts";
import { withNetworkIds } from "../../../src/observe/observe.ts";
import { toContainer, toNetwork } from "../../../src/observe/observed.ts";

const row: ContainerSummary = {
  Id: "abc",
  Names: ["/web/db", "/app-db-1"],
  Image: "db:1",
  ImageID: "sha256:1",
  Command: "",
  Created: 1,
  Ports: [
    { PrivatePort: 80, Type: "tcp" },
    { IP: "0.0.0.0", PrivatePort: 81, PublicPort: 8081, Type: "tcp" },
  ],
  Labels: { [label.service]: "db", [label.containerNumber]: "1", [label.oneOff]: "False" },
  State: "running",
  Status: "Up 2 seconds",
};

test("takes a container's own name, not those that links give it", () => {
  expect(toContainer(row).name).toBe("app-db-1");
});

test("tells published ports only", () => {
  expect(toContainer(row).ports).toEqual([{ hostIp: "0.0.0.0", published: 8081, target: 81, protocol: "tcp" }]);
});

test.each([
  ["Up 3 minutes (healthy)", { health: "healthy" }],
  ["Up 3 minutes (unhealthy)", { health: "unhealthy" }],
  ["Up 1 second (health: starting)", { health: "starting" }],
  ["Up 3 minutes", {}],
  ["Exited (137) 2 days ago", { exitCode: 137 }],
  ["Restarting (1) 5 seconds ago", { exitCode: 1 }],
  ["Created", {}],
])("reads the sentence %j", (Status, expected) => {
  const { health, exitCode } = toContainer({ ...row, Status });
  expect({ ...(health && { health }), ...(exitCode !== undefined && { exitCode }) }).toEqual(expected);
});

test("knows a one-off, which has no number", () => {
  const { number, isOneOff } = toContainer({ ...row, Labels: { [label.oneOff]: "True" } });
  expect({ number, isOneOff }).toEqual({ number: undefined, isOneOff: true });
});

test.each([
  ["stopped", "exited"],
  ["configured", "created"],
  ["running", "running"],
])("understands Podman's word %s as %s", (State, expected) => {
  expect(toContainer({ ...row, State }).state).toBe(expected);
});

test("knows a network by its name where an engine gives that for its id", () => {
  const container = toContainer({
    ...row,
    NetworkSettings: { Networks: { back: { NetworkID: "back" }, front: { NetworkID: "f1" } } },
  });
  const network = toNetwork({ Id: "b1", Name: "back", Driver: "bridge", Scope: "local" }, "app");
  expect(withNetworkIds(container, [network]).networks).toEqual({ back: "b1", front: "f1" });
  expect(withNetworkIds(container, []).networks, "an unknown one").toEqual({ back: "", front: "f1" });
});
