import { describe, expect, test } from "vitest";
import type { NetworkCreateBody } from "../../../../src/docker-api/network.ts";
import { HttpError } from "../../../../src/embedded/api/http-error.ts";
import { type Block, parseCidr } from "../../../../src/embedded/networks/address.ts";
import { planNetwork } from "../../../../src/embedded/networks/network-request.ts";

const id = "0123456789abcdef".repeat(4);

function plan(body: Partial<NetworkCreateBody>, taken: { networks?: string[]; routes?: string[] } = {}) {
  const blocks = (texts: string[] = []): Block[] =>
    texts.map((text) => parseCidr(text)?.block).filter((block) => block !== undefined);
  return planNetwork(
    id,
    { Name: "net", ...body },
    { networks: blocks(taken.networks), routes: blocks(taken.routes), devices: ["eth0"] },
  );
}

function refusal(body: Partial<NetworkCreateBody>, taken = {}): string {
  try {
    plan(body, taken);
  } catch (error) {
    if (error instanceof HttpError) return `${error.status} ${error.message}`;
    throw error;
  }
  return "accepted";
}

describe("a request for a network", () => {
  test("gets the first pool that touches neither a network nor a route", () => {
    const taken = { networks: ["172.17.0.0/16"], routes: ["172.18.7.0/24", "172.16.0.0/13"] };
    expect(plan({}, taken).subnets).toEqual([{ block: "172.24.0.0/16", gateway: "172.24.0.1" }]);
    expect(plan({}, { routes: ["172.16.0.0/12"] }).subnets[0]?.block).toBe("192.168.0.0/20");
    expect(refusal({}, { routes: ["172.16.0.0/12", "192.168.0.0/16"] })).toBe(
      "400 all predefined address pools have been fully subnetted",
    );
  });

  test("gets a unique local subnet for IPv6, another one when that is taken", () => {
    expect(plan({ EnableIPv6: true }).subnets[1]).toEqual({
      block: "fd01:2345:6789::/64",
      gateway: "fd01:2345:6789::1",
    });
    expect(plan({ EnableIPv6: true }, { routes: ["fd01:2345:6789::/64"] }).subnets[1]?.block).toBe(
      "fd01:2345:6789:1::/64",
    );
  });

  test("may lie on a route of the host when it asks for it, but not on another network", () => {
    const IPAM = { Config: [{ Subnet: "10.99.0.0/16" }] };
    expect(plan({ IPAM }, { routes: ["10.0.0.0/8"] }).subnets[0]?.block).toBe("10.99.0.0/16");
    expect(refusal({ IPAM }, { networks: ["10.99.7.0/24"] })).toBe(
      "403 invalid pool request: Pool overlaps with other one on this address space",
    );
  });

  test("has a gateway that is nobody else's, from the range where there is one", () => {
    const config = { Subnet: "10.0.0.0/24", IPRange: "10.0.0.128/25", AuxiliaryAddresses: { x: "10.0.0.128" } };
    expect(plan({ IPAM: { Config: [config] } }).subnets[0]?.gateway).toBe("10.0.0.129");
  });

  const config = (...Config: NonNullable<NonNullable<NetworkCreateBody["IPAM"]>["Config"]>) => ({ IPAM: { Config } });
  test.each([
    [{ Name: "" }, "400 invalid name: name is empty"],
    [{ Name: "a\nb" }, "400 invalid name: a name holds no control characters"],
    [{ Driver: "nope" }, '404 plugin "nope" not found'],
    [{ Driver: "host" }, '403 only one instance of "host" network is allowed'],
    [{ Driver: "overlay" }, '501 network driver "overlay": this engine has bridge, macvlan, host and none'],
    [
      { Driver: "macvlan" },
      "400 a macvlan network needs the option parent: the host's interface that its containers share",
    ],
    [{ Driver: "macvlan", Options: { parent: "eth9" } }, '400 macvlan: the host has no interface "eth9"'],
    [
      { Driver: "macvlan", Options: { parent: "eth0", macvlan_mode: "x" } },
      "400 requested macvlan mode 'x' is not valid",
    ],
    [{ IPAM: { Driver: "nope" } }, '404 plugin "nope" not found'],
    [
      config({ Subnet: "10.99.0.1/24" }),
      "400 invalid network config:\ninvalid subnet 10.99.0.1/24: it should be 10.99.0.0/24",
    ],
    [config({ Subnet: "bogus" }), "400 invalid network config:\ninvalid subnet bogus: invalid CIDR block notation"],
    [config({ Gateway: "10.99.0.1" }), "400 invalid network config:\ninvalid subnet : invalid CIDR block notation"],
    [
      config({ Subnet: "10.99.0.0/24", Gateway: "10.98.0.1" }),
      "400 invalid network config:\ninvalid gateway 10.98.0.1: parent subnet 10.99.0.0/24 doesn't contain this address",
    ],
    [
      config({ Subnet: "10.99.0.0/24", IPRange: "10.98.0.0/25" }),
      "400 invalid network config:\ninvalid ip-range 10.98.0.0/25: parent subnet 10.99.0.0/24 doesn't contain ip-range",
    ],
    [
      { Options: { "com.docker.network.bridge.enable_icc": "maybe" } },
      '400 failed to parse com.docker.network.bridge.enable_icc value: maybe (strconv.ParseBool: parsing "maybe": invalid syntax)',
    ],
    [{ Options: { "com.docker.network.driver.mtu": "-1" } }, "400 invalid MTU number: -1"],
    [{ Options: { "com.docker.network.bridge.name": "a b" } }, "400 invalid interface name: a b"],
    [
      { Options: { "com.docker.network.bridge.name": "x\nlink delete eth0" } },
      "400 invalid interface name: x\nlink delete eth0",
    ],
  ] satisfies [Partial<NetworkCreateBody>, string][])("%j is refused as Docker does", (body, message) => {
    expect(refusal(body)).toBe(message);
  });
});
