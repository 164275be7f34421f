import type { NetworkInfo } from "../../../src/docker-api/network.ts";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { NetworkHost, Refusal } from "../../support/network-host/network-host.ts";
import { resolve, serveTcp, talkTcp } from "../../support/network-host/scripts.ts";

describe("networks while things change", () => {
  let host: NetworkHost;
  beforeEach(async () => {
    host = await NetworkHost.start();
  });
  afterEach(async () => {
    await host[Symbol.asyncDispose]();
  });

  test("a running container is joined to a network and taken off it", async () => {
    await host.createNetwork("front");
    await host.createNetwork("back");
    const web = await host.startContainer({
      name: "web",
      endpoints: { front: {} },
      bindings: { "80/tcp": [{ HostIp: "", HostPort: "8080" }] },
    });
    const store = await host.startContainer({ name: "store", endpoints: { back: { Aliases: ["db"] } } });
    await using _web = await host.serve(serveTcp(80, "web"), web);
    await using _store = await host.serve(serveTcp(5432, "store"), store);
    expect(await host.evaluate(resolve("db"), web)).not.toMatch(/^172/);

    await host.request("POST", "/networks/back/connect", { Container: "web", EndpointConfig: { Aliases: ["api"] } });
    const address = await host.evaluate(resolve("db"), web);
    expect(address).toBe(store.prepared.endpoints["back"]?.IPAddress);
    expect(await host.evaluate(talkTcp(address, 5432), web)).toMatch(/^store/);
    expect(await host.evaluate(resolve("api"), store)).toMatch(/^172/);
    const { Containers } = await host.request<{ Containers: object }>("GET", "/networks/back");
    expect(new Set(Object.keys(Containers))).toEqual(new Set([web.id, store.id]));
    await expect(host.request("POST", "/networks/back/connect", { Container: "web" })).rejects.toEqual(
      new Refusal(403, "endpoint with name web already exists in network back"),
    );
    await expect(host.request("DELETE", "/networks/back")).rejects.toMatchObject({ status: 403 });

    // The published port and the server of names follow to the network that is left.
    await host.request("POST", "/networks/front/disconnect", { Container: "web" });
    expect(await host.evaluate(talkTcp("127.0.0.1", 8080))).toMatch(/^web/);
    expect(await host.evaluate(resolve("db"), web)).toBe(address);
    expect(await host.runIn(web, "ip", "route", "show", "default")).toContain("dev eth1");
    const { actual } = await host.seen();
    expect(Object.keys(actual[web.id] ?? {})).toEqual(["back"]);
    await expect(host.request("POST", "/networks/front/disconnect", { Container: "web" })).rejects.toEqual(
      new Refusal(500, `container ${web.id} is not connected to network front`),
    );
    await host.request("DELETE", "/networks/front");
  });

  test("the network of the highest priority leads to the world, else the first by name", async () => {
    for (const name of ["alpha", "beta", "closed"]) {
      await host.createNetwork(name, name === "closed" ? { Internal: true } : {});
    }
    const plain = await host.startContainer({ name: "plain", endpoints: { closed: {}, beta: {}, alpha: {} } });
    const chosen = await host.startContainer({ name: "chosen", endpoints: { alpha: {}, beta: { GwPriority: 1 } } });
    const through = async (each: typeof plain): Promise<string> => {
      const route = await host.runIn(each, "ip", "route", "show", "default");
      return /via (\S+)/.exec(route)?.[1] ?? route;
    };
    expect(await through(plain)).toBe(plain.prepared.endpoints["alpha"]?.Gateway);
    expect(await through(chosen)).toBe(chosen.prepared.endpoints["beta"]?.Gateway);
    expect(await host.runIn(plain, "ip", "-o", "-4", "address", "show", "eth0")).toContain(
      plain.prepared.endpoints["closed"]?.IPAddress,
    );
  });

  test("containers, names and ports outlive the engine", async () => {
    await host.createNetwork("kept");
    const web = await host.startContainer({
      name: "web",
      endpoints: { kept: {} },
      bindings: { "80/tcp": [{ HostIp: "", HostPort: "8080" }] },
    });
    const client = await host.startContainer({ name: "client", endpoints: { kept: {} } });
    await using _ = await host.serve(serveTcp(80, "web"), web);
    await host.killEngine();
    expect(await host.evaluate(talkTcp("127.0.0.1", 8080))).toMatch(/^web/);

    await host.startEngine([web, client]);
    expect(await host.evaluate(talkTcp("127.0.0.1", 8080))).toMatch(/^web/);
    expect(await host.evaluate(talkTcp("::1", 8080))).toMatch(/^web/);
    const address = web.prepared.endpoints["kept"]?.IPAddress;
    expect(await host.evaluate(resolve("web"), client)).toBe(address);
    const late = await host.startContainer({ name: "late", endpoints: { kept: {} } });
    expect(late.prepared.endpoints["kept"]?.IPAddress).not.toBe(address);
    await expect(
      host.startContainer({ name: "rival", bindings: { "80/tcp": [{ HostIp: "", HostPort: "8080" }] } }),
    ).rejects.toThrow("Bind for 0.0.0.0:8080 failed: port is already allocated");
    await host.stopContainer(web);
    expect(await host.evaluate(talkTcp("127.0.0.1", 8080))).toBe("ECONNREFUSED");
  });

  test("a container that runs since before the engine is joined to a network, and taken off another", async () => {
    for (const name of ["back", "front", "side"]) await host.createNetwork(name);
    const web = await host.startContainer({ name: "web", endpoints: { front: {}, side: {} } });
    const store = await host.startContainer({ name: "store", endpoints: { back: {} } });
    const gatewayOf = async (network: string): Promise<string | undefined> => {
      const { IPAM } = await host.request<NetworkInfo>("GET", `/networks/${network}`);
      return IPAM?.Config?.[0]?.Gateway;
    };
    await host.killEngine();
    await host.startEngine([web, store]);
    await host.request("POST", "/networks/back/connect", { Container: "web" });
    expect(await host.evaluate(resolve("store"), web)).toBe(store.prepared.endpoints["back"]?.IPAddress);
    expect(await host.runIn(web, "ip", "route", "show", "default")).toContain(
      `via ${await gatewayOf("back")} dev eth2`,
    );
    for (const [network, next, device] of [
      ["back", "front", "eth0"],
      ["front", "side", "eth1"],
    ] as const) {
      await host.request("POST", `/networks/${network}/disconnect`, { Container: "web" });
      const route = await host.runIn(web, "ip", "route", "show", "default");
      expect(route).toContain(`via ${await gatewayOf(next)} dev ${device}`);
    }
    expect(await host.runIn(web, "ip", "-o", "link")).not.toMatch(/eth0|eth2/);
  });

  test("what a dead container had is gone when the engine comes back", async () => {
    await host.createNetwork("kept");
    const web = await host.startContainer({
      name: "web",
      endpoints: { kept: {} },
      bindings: { "80/tcp": [{ HostIp: "", HostPort: "8080" }] },
    });
    await host.killEngine();
    await host.stopContainer(web);
    await host.startEngine();
    expect(await host.run("nft", "list", "ruleset")).not.toContain("8080");
    const next = await host.startContainer({ name: "next", endpoints: { kept: {} } });
    expect(next.prepared.endpoints["kept"]?.IPAddress).toBe(web.prepared.endpoints["kept"]?.IPAddress);
  });

  test("an engine that ends with nothing running leaves nothing, and finds its networks again", async () => {
    const before = await host.createNetwork("kept", { Labels: { a: "b" } });
    await host.close();
    expect(await host.run("nft", "list", "ruleset")).toBe("");
    expect(await host.run("ip", "-o", "link", "show", "type", "bridge")).toBe("");
    await host.startEngine();
    expect(await host.request("GET", "/networks/kept")).toEqual(before);
    expect(await host.run("ip", "-o", "link", "show", "type", "bridge")).toMatch(/(.*tsc.*\n){2}/);
  });

  test("a bridge of this engine that no network owns is swept, another engine's is not", async () => {
    for (const [name, owner] of [
      ["left0", "tst"],
      ["other0", "tst_1234567890"],
    ] as const) {
      await host.run("ip", "link", "add", name, "type", "bridge");
      await host.run("ip", "link", "set", name, "alias", owner);
    }
    await host.killEngine();
    await host.startEngine();
    const links = await host.run("ip", "-o", "link", "show", "type", "bridge");
    expect(links).not.toContain("left0");
    expect(links).toContain("other0");
  });

  test("a network whose bridge cannot be had is told, and the others work", async () => {
    await host.createNetwork("kept");
    await host.createNetwork("blocked", { Options: { "com.docker.network.bridge.name": "blocked0" } });
    await host.close();
    await host.run("ip", "link", "add", "blocked0", "type", "bridge");
    await host.startEngine();
    const { announced } = await host.seen();
    expect(announced.join("\n")).toMatch(/^network blocked is out of order: .*File exists/m);
    await host.startContainer({ name: "one", endpoints: { kept: {} } });
    await expect(host.startContainer({ name: "two", endpoints: { blocked: {} } })).rejects.toThrow();
    expect(await host.run("ip", "-o", "link", "show", "blocked0")).not.toContain("alias");
  });

  test("a port that somebody took while no engine held it is told, and the others lead on", async () => {
    const web = await host.startContainer({
      name: "web",
      bindings: { "80/tcp": [{ HostIp: "", HostPort: "8080" }], "81/tcp": [{ HostIp: "", HostPort: "8081" }] },
    });
    await using _eighty = await host.serve(serveTcp(80, "web"), web);
    await using _other = await host.serve(serveTcp(81, "web"), web);
    await host.killEngine();
    await using _taken = await host.serve(serveTcp(8080, "somebody"));
    await host.startEngine([web]);
    const { announced } = await host.seen();
    expect(announced.join("\n")).toMatch(/^container web has lost a port: .*0\.0\.0\.0:8080:.*address already in use/m);
    expect(await host.evaluate(talkTcp("127.0.0.1", 8080))).toMatch(/^somebody/);
    expect(await host.evaluate(talkTcp("127.0.0.1", 8081))).toMatch(/^web/);
  });

  test("a chain of others that drops what passes is opened for our bridges, and closed again", async () => {
    const foreign = `table ip filter {
      chain DOCKER-USER { return; }
      chain INPUT { type filter hook input priority 0; policy drop; ip saddr 127.0.0.0/8 accept; }
      chain FORWARD { type filter hook forward priority 0; policy drop; jump DOCKER-USER; }
    }`;
    await host.run("sh", "-c", `printf %s '${foreign}' | nft -f -`);
    const untouched = await host.run("nft", "list", "table", "ip", "filter");
    await host.createNetwork("kept");
    const web = await host.startContainer({
      name: "web",
      endpoints: { kept: {} },
      bindings: { "80/tcp": [{ HostIp: "", HostPort: "8080" }] },
    });
    const client = await host.startContainer({ name: "client", endpoints: { kept: {} } });
    const other = await host.startContainer({ name: "other" });
    const server = await host.serve(serveTcp(80, "web"), web);
    const gateway = other.prepared.endpoints["bridge"]?.Gateway ?? "";
    for (const value of ["0", "1"] as const) {
      await host.filterBridges(value);
      expect(await host.evaluate(resolve("web"), client)).toBe(web.prepared.endpoints["kept"]?.IPAddress);
      expect(await host.evaluate(talkTcp(web.prepared.endpoints["kept"]?.IPAddress ?? "", 80), client)).toMatch(/^web/);
      expect(await host.evaluate(talkTcp(gateway, 8080), other)).toMatch(/^web/);
    }
    const { announced } = await host.seen();
    expect(announced).toContain(
      "the firewall's chain FORWARD (ip filter) drops what it does not know: " +
        "accepted the engine's bridges in DOCKER-USER",
    );
    await server[Symbol.asyncDispose]();
    for (const each of [web, client, other]) await host.stopContainer(each);
    await host.close();
    expect(await host.run("nft", "list", "table", "ip", "filter")).toBe(untouched);
  });

  test("switching forwarding on is told", async () => {
    await host.killEngine();
    await host.run("sh", "-c", "echo 0 >/proc/sys/net/ipv4/ip_forward");
    await host.startEngine();
    const { announced } = await host.seen();
    expect(announced).toContain("switched IPv4 forwarding on (net.ipv4.ip_forward): network bridge needs it");
    expect(await host.run("cat", "/proc/sys/net/ipv4/ip_forward")).toBe("1\n");
  });

  test("networks are made at once, each with a subnet of its own", async () => {
    const names = Array.from({ length: 30 }, (_, index) => `net${index}`);
    const made = await Promise.all(names.map((name) => host.createNetwork(name)));
    expect(new Set(made.map(({ IPAM }) => IPAM?.Config?.[0]?.Subnet)).size).toBe(names.length);
    const { NetworksDeleted } = await host.request<{ NetworksDeleted: string[] }>("POST", "/networks/prune");
    expect(new Set(NetworksDeleted)).toEqual(new Set(names));
  });
});
