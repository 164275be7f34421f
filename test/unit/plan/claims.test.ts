import { expect, test } from "vitest";
import type { ContainerCreateBody } from "../../../src/docker-api/container.ts";
import type { ObservedContainer } from "../../../src/observe/snapshot.ts";
import { rivalryWith } from "../../../src/plan/claims.ts";
import { converged } from "../../support/planned.ts";

const [stopping] = converged({ services: { old: {} } }).containers;

test.each<{ what: string; wanted: ContainerCreateBody; held: Partial<ObservedContainer>; waits: boolean }>([
  {
    what: "a port",
    wanted: { HostConfig: { PortBindings: { "80/tcp": [{ HostIp: "", HostPort: "8080" }] } } },
    held: { ports: [{ hostIp: "0.0.0.0", published: 8080, target: 90, protocol: "tcp" }] },
    waits: true,
  },
  {
    what: "a port of the other protocol",
    wanted: { HostConfig: { PortBindings: { "80/udp": [{ HostIp: "", HostPort: "8080" }] } } },
    held: { ports: [{ hostIp: "0.0.0.0", published: 8080, target: 90, protocol: "tcp" }] },
    waits: false,
  },
  {
    what: "a port of a range",
    wanted: { HostConfig: { PortBindings: { "80/tcp": [{ HostIp: "", HostPort: "8080-8082" }] } } },
    held: { ports: [{ hostIp: "", published: 8081, target: 80, protocol: "tcp" }] },
    waits: true,
  },
  {
    what: "a volume",
    wanted: { HostConfig: { Binds: ["app_data:/a:rw"] } },
    held: { mounts: [{ type: "volume", source: "app_data", target: "/b" }] },
    waits: true,
  },
  {
    what: "a fixed address on its network",
    wanted: { NetworkingConfig: { EndpointsConfig: { app_default: { IPAMConfig: { IPv4Address: "10.0.0.2" } } } } },
    held: { networks: { app_default: "1" } },
    waits: true,
  },
  {
    what: "nothing but a network",
    wanted: { NetworkingConfig: { EndpointsConfig: { app_default: {} } } },
    held: { networks: { app_default: "1" } },
    waits: false,
  },
  {
    what: "the host's network",
    wanted: { HostConfig: { NetworkMode: "host" } },
    held: { networkMode: "host" },
    waits: true,
  },
])("a start that takes over $what waits for the stop: $waits", ({ wanted, held, waits }) => {
  if (stopping === undefined) throw new Error("nothing converged");
  expect(rivalryWith(wanted)({ ...stopping, networks: {}, networkMode: "", ...held })).toBe(waits);
});
