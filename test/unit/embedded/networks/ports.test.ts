import { describe, expect, test } from "vitest";
import { offeredPorts, portWishes, type PublishRequest } from "../../../../src/embedded/networks/port-wishes.ts";

const request = (more: Partial<PublishRequest>): PublishRequest => ({
  bindings: {},
  exposed: [],
  publishAll: false,
  ...more,
});

describe("ports to publish", () => {
  test.each([
    ["", []],
    ["0", []],
    ["8080", [8080]],
    ["8000-8002", [8000, 8001, 8002]],
  ])("host port %j is tried as %j", (HostPort, hostPorts) => {
    expect(portWishes(request({ bindings: { "80/udp": [{ HostIp: "::1", HostPort }] } }))).toEqual([
      { containerPort: 80, protocol: "udp", hostAddress: "::1", hostPorts },
    ]);
  });

  test("publishing all adds the exposed ports that are not bound", () => {
    const bindings = { "80/tcp": [{ HostIp: "", HostPort: "8080" }] };
    const wishes = portWishes(request({ bindings, exposed: ["80/tcp", "443/tcp", "53/udp"], publishAll: true }));
    expect(wishes.map(({ containerPort, protocol, hostPorts }) => [containerPort, protocol, hostPorts])).toEqual([
      [80, "tcp", [8080]],
      [443, "tcp", []],
      [53, "udp", []],
    ]);
  });

  test.each(["70000", "-1", "8-", "9-8", "1 2", "0x50", "1-2-3-"])("host port %j is refused", (HostPort) => {
    expect(() => portWishes(request({ bindings: { "80/tcp": [{ HostIp: "", HostPort }] } }))).toThrow(
      /^invalid port specification/,
    );
  });

  test.each(["0/tcp", "x/tcp", "65536", "80/sctp"])("container port %j is refused", (key) => {
    expect(() => portWishes(request({ bindings: { [key]: [{ HostIp: "", HostPort: "" }] } }))).toThrow();
  });

  test("an address has one spelling", () => {
    const bindings = { "80/tcp": [{ HostIp: "0:0::0", HostPort: "" }] };
    expect(portWishes(request({ bindings }))[0]?.hostAddress).toBe("::");
  });

  test("an address that is none is refused", () => {
    const bindings = { "80/tcp": [{ HostIp: "host\n", HostPort: "" }] };
    expect(() => portWishes(request({ bindings }))).toThrow(/^invalid IP address/);
  });

  test("what a container offers has its protocol, each once", () => {
    expect(offeredPorts(request({ bindings: { "80/tcp": null }, exposed: ["80", "53/udp"] }))).toEqual([
      "80/tcp",
      "53/udp",
    ]);
  });
});
