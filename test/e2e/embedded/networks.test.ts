import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { NetworkHost, Refusal } from "../../support/network-host/network-host.ts";
import {
  resolve,
  reverse,
  serveNames,
  serveTcp,
  serveUdp,
  talkTcp,
  talkUdp,
  unansweredMs,
} from "../../support/network-host/scripts.ts";

/** Whether frames within a bridge pass the rules for packets: what other engines on a machine decide. */
const bridgeFilters = [
  { name: "bridge-netfilter off", value: "0" },
  { name: "bridge-netfilter on", value: "1" },
] as const;

describe("the engine's networks, in a network namespace", () => {
  let host: NetworkHost;
  beforeAll(async () => {
    host = await NetworkHost.start();
    await host.run("ip", "link", "add", "outside", "type", "bridge");
    await host.run("ip", "address", "add", "172.18.7.1/24", "dev", "outside");
    await host.run("ip", "link", "set", "outside", "up");
    await host.serve(serveNames("example.test", "192.0.2.80"));
  });
  afterAll(async () => {
    await host[Symbol.asyncDispose]();
  });

  test("a new network's subnet is clear of the host's routes", async () => {
    const network = await host.createNetwork("clear");
    expect(network.IPAM?.Config).toEqual([{ Subnet: "172.19.0.0/16", Gateway: "172.19.0.1" }]);
    await host.request("DELETE", "/networks/clear");
    await expect(host.request("GET", "/networks/clear")).rejects.toEqual(new Refusal(404, "network clear not found"));
    await expect(host.startContainer({ name: "late", endpoints: { clear: {} } })).rejects.toEqual(
      new Refusal(404, "failed to set up container networking: network clear not found"),
    );
  });

  test("containers of a network find and reach each other, replicas in turn", async () => {
    await host.createNetwork("names");
    const one = await host.startContainer({ name: "web-1", endpoints: { names: { Aliases: ["web"] } } });
    const two = await host.startContainer({ name: "web-2", endpoints: { names: { Aliases: ["web"] } } });
    const client = await host.startContainer({
      name: "client",
      endpoints: { names: { Links: ["web-2:second"] } },
      servers: ["127.0.0.1"],
    });
    await host.serve(serveTcp(80, "one"), one);

    const [first = "", second = ""] = [one, two].map(({ prepared }) => prepared.endpoints["names"]?.IPAddress ?? "");
    expect(await host.evaluate(resolve("web"), client)).toBe(`${first} ${second}`);
    expect(await host.evaluate(resolve("WEB-1.names"), client)).toBe(first);
    expect(await host.evaluate(resolve(one.id.slice(0, 12)), client)).toBe(first);
    expect(await host.evaluate(resolve("second"), client)).toBe(second);
    expect(await host.evaluate(resolve("second"), one)).not.toBe(second);
    expect(await host.evaluate(resolve("web-1", "AAAA"), client)).toBe("ENODATA");
    expect(await host.evaluate(reverse(first), client)).toBe("web-1.names");
    expect(await host.evaluate(resolve("example.test"), client)).toBe("192.0.2.80");
    expect(await host.evaluate(resolve("nobody.test"), client)).toBe("ENOTFOUND");
    expect(await host.evaluate(talkTcp(first, 80), client)).toMatch(/^one /);

    await host.stopContainer(two);
    expect(await host.evaluate(resolve("web"), client)).toBe(first);
    await host.stopContainer(one);
    await host.stopContainer(client);
    await host.request("DELETE", "/networks/names");
  });

  test("a UDP client that goes on from the same port reaches whoever publishes the other end next", async () => {
    await host.createNetwork("front");
    const bindings = { "53/udp": [{ HostIp: "", HostPort: "5300" }] };
    const one = await host.startContainer({ name: "one", endpoints: { front: {} }, bindings });
    await host.serve(serveUdp(53, "one"), one);
    expect(await host.evaluate(talkUdp("127.0.0.1", 5300, 4567))).toMatch(/^one/);
    await host.stopContainer(one);
    // Takes the address of the one before.
    const filler = await host.startContainer({ name: "filler", endpoints: { front: {} } });
    const two = await host.startContainer({ name: "two", endpoints: { front: {} }, bindings });
    await host.serve(serveUdp(53, "two"), two);
    expect(await host.evaluate(talkUdp("127.0.0.1", 5300, 4567))).toMatch(/^two/);
    for (const each of [filler, two]) await host.stopContainer(each);
    await host.request("DELETE", "/networks/front");
  });

  test.each(bridgeFilters)("published ports lead to the container from everywhere, $name", async ({ value }) => {
    await host.filterBridges(value);
    await host.createNetwork("front");
    await host.createNetwork("other");
    const web = await host.startContainer({
      name: "web",
      endpoints: { front: {} },
      bindings: {
        "80/tcp": [{ HostIp: "", HostPort: "8080" }],
        "81/tcp": [{ HostIp: "127.0.0.1", HostPort: "8081" }],
        "82/tcp": [{ HostIp: "", HostPort: "" }],
        "53/udp": [{ HostIp: "", HostPort: "5300-5310" }],
      },
    });
    const neighbour = await host.startContainer({ name: "neighbour", endpoints: { other: {} } });
    for (const port of [80, 81, 82]) await host.serve(serveTcp(port, `port ${port}`), web);
    await host.serve(serveUdp(53, "udp"), web);

    const random = Number(web.prepared.ports["82/tcp"]?.[0]?.HostPort);
    expect(web.prepared.ports["80/tcp"]).toEqual([
      { HostIp: "0.0.0.0", HostPort: "8080" },
      { HostIp: "::", HostPort: "8080" },
    ]);
    expect(random).toBeGreaterThan(1023);
    for (const address of ["127.0.0.1", "172.18.7.1", "::1"]) {
      expect(await host.evaluate(talkTcp(address, 8080)), address).toMatch(/^port 80/);
      expect(await host.evaluate(talkTcp(address, random)), address).toMatch(/^port 82/);
      expect(await host.evaluate(talkUdp(address, 5300)), address).toMatch(/^udp/);
    }
    expect(await host.evaluate(talkTcp("127.0.0.1", 8081))).toMatch(/^port 81/);
    expect(await host.evaluate(talkTcp("172.18.7.1", 8081))).toBe("ECONNREFUSED");
    // From another network, and from the container itself.
    expect(await host.evaluate(talkTcp("172.18.7.1", 8080), neighbour)).toMatch(/^port 80/);
    expect(await host.evaluate(talkTcp("172.18.7.1", 8080), web)).toMatch(/^port 80/);
    // Not the container's own address from another network.
    expect(
      await host.evaluate(talkTcp(web.prepared.endpoints["front"]?.IPAddress ?? "", 80, unansweredMs), neighbour),
    ).toBe("TIMEOUT");

    const rival = host.startContainer({
      name: "rival",
      endpoints: { front: {} },
      bindings: { "80/tcp": [{ HostIp: "", HostPort: "8080" }] },
    });
    await expect(rival).rejects.toThrow(
      /^failed to set up container networking: driver failed programming external connectivity on endpoint rival \([0-9a-f]{64}\): Bind for 0.0.0.0:8080 failed: port is already allocated$/,
    );
    await host.stopContainer(web);
    expect(await host.evaluate(talkTcp("127.0.0.1", 8080))).toBe("ECONNREFUSED");
    await host.stopContainer(neighbour);
    for (const name of ["front", "other"]) await host.request("DELETE", `/networks/${name}`);
  });

  test.each(bridgeFilters)("a container's localhost is its own, $name", async ({ value }) => {
    await host.filterBridges(value);
    await host.createNetwork("local");
    const victim = await host.startContainer({ name: "victim", endpoints: { local: {} } });
    const attacker = await host.startContainer({ name: "attacker", endpoints: { local: {} } });
    await host.serve(serveTcp(6379, "secret", "127.0.0.1"), victim);
    await using _ = await host.serve(serveTcp(6380, "of the host", "127.0.0.1"));
    const { IPAddress = "", Gateway = "" } = victim.prepared.endpoints["local"] ?? {};
    const own = attacker.prepared.endpoints["local"]?.IPAddress ?? "";
    // What a container with NET_ADMIN may do: send packets for 127.0.0.1 to a neighbour, and to the host.
    await host.runIn(attacker, "ip", "address", "del", "127.0.0.1/8", "dev", "lo");
    for (const [gateway, port] of [
      [IPAddress, 6379],
      [Gateway, 6380],
    ] as const) {
      const route = `127.0.0.1/32 via ${gateway} dev eth0 src ${own} table local`;
      await host.runIn(attacker, "ip", "route", "replace", ...route.split(" "));
      expect(await host.evaluate(talkTcp("127.0.0.1", port, unansweredMs), attacker)).toBe("TIMEOUT");
    }
    await host.stopContainer(victim);
    await host.stopContainer(attacker);
    await host.request("DELETE", "/networks/local");
  });

  test("an internal network leads nowhere else", async () => {
    await host.createNetwork("closed", { Internal: true });
    const [one, two] = [
      await host.startContainer({
        name: "one",
        endpoints: { closed: {} },
        bindings: { "80/tcp": [{ HostIp: "", HostPort: "8088" }] },
      }),
      await host.startContainer({ name: "two", endpoints: { closed: {} }, servers: ["127.0.0.1"] }),
    ];
    await host.serve(serveTcp(80, "inside"), one);
    expect(await host.evaluate(talkTcp(one.prepared.endpoints["closed"]?.IPAddress ?? "", 80), two)).toMatch(/^inside/);
    expect(await host.evaluate(resolve("one"), two)).toBe(one.prepared.endpoints["closed"]?.IPAddress);
    expect(await host.evaluate(resolve("example.test"), two)).toBe("ENOTFOUND");
    expect(await host.evaluate(talkTcp("172.18.7.1", 9), two)).toBe("ENETUNREACH");
    expect(one.prepared.ports).toEqual({ "80/tcp": null });
    expect(one.prepared.endpoints["closed"]?.Gateway).toBe("");
    await host.stopContainer(one);
    await host.stopContainer(two);
    await host.request("DELETE", "/networks/closed");
  });

  test("containers of a network without ICC do not reach each other", async () => {
    await host.createNetwork("apart", { Options: { "com.docker.network.bridge.enable_icc": "false" } });
    const one = await host.startContainer({ name: "one", endpoints: { apart: {} } });
    const two = await host.startContainer({ name: "two", endpoints: { apart: {} } });
    await host.serve(serveTcp(80, "inside"), one);
    const address = one.prepared.endpoints["apart"]?.IPAddress ?? "";
    expect(await host.evaluate(talkTcp(address, 80, unansweredMs), two)).toMatch(/TIMEOUT|EHOSTUNREACH/);
    expect(await host.evaluate(talkTcp(address, 80))).toMatch(/^inside/);
    await host.stopContainer(one);
    await host.stopContainer(two);
    await host.request("DELETE", "/networks/apart");
  });

  test("IPv6 has addresses, names and published ports", async () => {
    const network = await host.createNetwork("six", { EnableIPv6: true });
    expect(network.IPAM?.Config?.[1]?.Subnet).toMatch(/^fd[0-9a-f:]+::\/64$/);
    const web = await host.startContainer({
      name: "web",
      endpoints: { six: {} },
      bindings: { "80/tcp": [{ HostIp: "", HostPort: "8086" }] },
    });
    const client = await host.startContainer({ name: "client", endpoints: { six: {} } });
    await host.serve(serveTcp(80, "six", "::"), web);
    const address = web.prepared.endpoints["six"]?.GlobalIPv6Address ?? "";
    expect(await host.evaluate(resolve("web", "AAAA"), client)).toBe(address);
    expect(await host.evaluate(reverse(address), client)).toBe("web.six");
    expect(await host.evaluate(talkTcp(address, 80), client)).toMatch(/^six fd/);
    expect(await host.evaluate(talkTcp("::1", 8086))).toMatch(/^six/);
    expect(await host.evaluate(talkTcp(web.prepared.endpoints["six"]?.IPv6Gateway ?? "", 8086))).toMatch(/^six/);
    await host.stopContainer(web);
    await host.stopContainer(client);
    await host.request("DELETE", "/networks/six");
  });

  test("static addresses, ranges and reserved addresses are kept", async () => {
    await host.createNetwork("fixed", {
      IPAM: {
        Config: [
          {
            Subnet: "10.77.0.0/24",
            Gateway: "10.77.0.254",
            IPRange: "10.77.0.128/30",
            AuxiliaryAddresses: { router: "10.77.0.129" },
          },
        ],
      },
    });
    const names = ["one", "two", "three"];
    const started = await Promise.all(names.map((name) => host.startContainer({ name, endpoints: { fixed: {} } })));
    const fixed = await host.startContainer({
      name: "fixed",
      endpoints: { fixed: { IPAMConfig: { IPv4Address: "10.77.0.7" }, MacAddress: "02:00:00:00:00:07" } },
    });
    expect(new Set(started.map(({ prepared }) => prepared.endpoints["fixed"]?.IPAddress))).toEqual(
      new Set(["10.77.0.128", "10.77.0.130", "10.77.0.131"]),
    );
    expect(await host.runIn(fixed, "ip", "-o", "link", "show", "eth0")).toContain("02:00:00:00:00:07");
    const refusals = [
      [
        { IPAMConfig: { IPv4Address: "10.77.0.7" } },
        403,
        "failed to set up container networking: Address already in use",
      ],
      [
        { IPAMConfig: { IPv4Address: "10.1.1.1" } },
        400,
        "invalid endpoint settings:\nno configured subnet or ip-range contain the IP address 10.1.1.1",
      ],
      [{ MacAddress: "x\naddress add 1.1.1.1 dev lo" }, 400, "invalid MAC address: x\naddress add 1.1.1.1 dev lo"],
    ] as const;
    for (const [settings, status, message] of refusals) {
      const start = host.startContainer({ name: "late", endpoints: { fixed: settings } });
      await expect(start).rejects.toEqual(new Refusal(status, message));
    }
    await expect(host.startContainer({ name: "late", endpoints: { fixed: {} } })).rejects.toThrow(/no available IPv4/);
    for (const each of [...started, fixed]) await host.stopContainer(each);
    await host.request("DELETE", "/networks/fixed");
  });

  test("containers of a macvlan share an interface of the host", async () => {
    const config = { Subnet: "10.88.0.0/24", Gateway: "10.88.0.1" };
    const created = await host.request<{ Warning: string }>("POST", "/networks/create", {
      Name: "lan",
      Driver: "macvlan",
      Options: { parent: "outside" },
      IPAM: { Config: [config] },
    });
    expect(created.Warning).toMatch(/by name only on networks of the driver bridge/);
    const one = await host.startContainer({ name: "one", endpoints: { lan: {} } });
    const two = await host.startContainer({ name: "two" });
    await using _ = await host.serve(serveTcp(80, "lan"), one);
    await host.request("POST", "/networks/lan/connect", { Container: "two", EndpointConfig: {} });
    expect(await host.evaluate(talkTcp("10.88.0.2", 80), two)).toBe("lan 10.88.0.3");
    // By name through the server of the bridge that it is on, too.
    expect(await host.evaluate(resolve("one"), two)).toBe("10.88.0.2");
    expect(await host.runIn(one, "ip", "-d", "link", "show", "eth0")).toContain("macvlan mode bridge");
    await host.request("POST", "/networks/lan/disconnect", { Container: "two" });
    expect(await host.runIn(two, "ip", "-o", "link")).not.toContain("macvlan");
    await host.stopContainer(one);
    await host.stopContainer(two);
    await host.request("DELETE", "/networks/lan");
  });

  test("networks are listed and pruned by filters, refusals have Docker's words", async () => {
    await host.createNetwork("used", { Labels: { team: "a" } });
    await host.createNetwork("idle", { Labels: { team: "b" } });
    const member = await host.startContainer({ name: "member", endpoints: { used: {} } });
    const listed = async (filters: unknown): Promise<string> => {
      const query = encodeURIComponent(JSON.stringify(filters));
      const networks = await host.request<{ Name: string }[]>("GET", `/networks?filters=${query}`);
      return networks
        .map(({ Name }) => Name)
        .toSorted()
        .join(" ");
    };
    expect(await listed({})).toBe("bridge host idle none used");
    expect(await listed({ type: ["builtin"] })).toBe("bridge host none");
    expect(await listed({ label: ["team"] })).toBe("idle used");
    expect(await listed({ label: { "team=a": true } })).toBe("used");
    expect(await listed({ name: ["us"], driver: ["bridge"] })).toBe("used");
    expect(await listed({ dangling: ["true"] })).toBe("idle");
    const refused: readonly [object, number, string][] = [
      [{ bogus: ["x"] }, 400, "invalid filter 'bogus'"],
      [{ type: ["x"] }, 500, "invalid filter: 'type'='x'"],
      [{ dangling: ["x"] }, 400, `invalid value for filter 'dangling', must be "true" (or "1"), or "false" (or "0")`],
    ];
    for (const [filters, status, message] of refused) {
      await expect(listed(filters)).rejects.toEqual(new Refusal(status, message));
    }
    const calls: readonly [string, string, object | undefined, number, string | RegExp][] = [
      ["POST", "/networks/create", { Name: "used" }, 409, "network with name used already exists"],
      ["POST", "/networks/create", { Name: "bridge" }, 403, "operation is not permitted on predefined bridge network "],
      ["DELETE", "/networks/bridge", undefined, 403, "bridge is a pre-defined network and cannot be removed"],
      ["DELETE", "/networks/nosuch", undefined, 404, "network nosuch not found"],
      ["POST", "/networks/used/connect", { Container: "nosuch" }, 404, "No such container: nosuch"],
      [
        "POST",
        "/networks/host/connect",
        { Container: "member" },
        400,
        "cannot connect container to host network - container must be created in host network mode",
      ],
      [
        "DELETE",
        "/networks/used",
        undefined,
        403,
        /^error while removing network: network used has active endpoints \(name:"member" id:"[0-9a-f]{12}"\)$/,
      ],
    ];
    for (const [method, path, body, status, message] of calls) {
      const call = host.request(method, path, body);
      await expect(call, path).rejects.toMatchObject({
        status,
        message: typeof message === "string" ? message : (expect.stringMatching(message) as unknown),
      });
    }
    expect(
      await host.request("POST", `/networks/prune?filters=${encodeURIComponent('{"label!":["team=b"]}')}`),
    ).toEqual({
      NetworksDeleted: null,
    });
    expect(await host.request("POST", "/networks/prune")).toEqual({ NetworksDeleted: ["idle"] });
    await host.stopContainer(member);
    await host.request("DELETE", "/networks/used");
    const { events } = await host.seen();
    const own = events.filter((event) => event.endsWith(" used"));
    expect(own).toEqual(["create used", "connect used", "disconnect used", "destroy used"]);
  });
});
