import { expect, test } from "vitest";
import type { ContainerInspect, HostConfig } from "../../../src/docker-api/container.ts";
import { label } from "../../../src/observe/labels.ts";
import type { ObservedContainer, Snapshot } from "../../../src/observe/snapshot.ts";
import { restarting } from "../../../src/plan/restarting.ts";
import { starting } from "../../../src/plan/starting.ts";
import { converged } from "../../support/planned.ts";
import { sampleProject, type Sample } from "../../support/sample-project.ts";

const web: Sample = { services: { web: { ports: [{ target: 80, published: "8080" }] } } };
const project = sampleProject(web);

/** The container of `web`, stopped, and a stranger that publishes a port. */
function stopped(host: Partial<HostConfig> = {}, heldPort = 8080): Snapshot {
  const snapshot = converged(web);
  const containers = snapshot.containers.map((container): ObservedContainer => {
    const details = container.details as ContainerInspect;
    return { ...container, state: "exited", details: { ...details, HostConfig: { ...details.HostConfig, ...host } } };
  });
  const [model] = containers;
  if (model === undefined) throw new Error("no container");
  const ports = [{ hostIp: "0.0.0.0", published: heldPort, target: 80, protocol: "tcp" }];
  const stranger = { ...model, id: "f00", name: "shop-db-1", state: "running", ports } as const;
  return { ...snapshot, containers, portHolders: [{ ...stranger, labels: { [label.project]: "shop" } }] };
}

test.each([
  ["start", starting],
  ["restart", restarting],
])("%s tells a port that somebody else holds, before anything is started", (_, plan) => {
  expect(() => plan(project, stopped(), {})).toThrow(
    "services.web.ports: 8080/tcp is already published by container shop-db-1 of project shop",
  );
  expect(plan(project, stopped({}, 8081), {}).steps).toHaveLength(1);
});

test("a container on the host's network, or made without a fixed port, takes none", () => {
  expect(starting(project, stopped({ NetworkMode: "host" }), {}).steps).toHaveLength(1);
  expect(
    starting(project, stopped({ PortBindings: { "80/tcp": [{ HostIp: "", HostPort: "" }] } }), {}).steps,
  ).toHaveLength(1);
});
