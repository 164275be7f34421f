import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { NetworkHost } from "../../support/network-host/network-host.ts";

const resolve = (name: string, type = "A"): string =>
  `const r = new (require("dns").promises.Resolver)({ timeout: 2000, tries: 1 }); r.setServers(["127.0.0.11"]);
   r.resolve("${name}", "${type}").then((found) => console.log(found.sort().join(" ")), (e) => console.log(e.code))`;

const fetchText = (url: string): string =>
  `fetch("${url}", { signal: AbortSignal.timeout(2000) }).then((r) => r.text())
     .then(console.log, (e) => console.log(e.cause?.code ?? e.name))`;

const serveText = (port: number, text: string, host = "0.0.0.0"): string =>
  `require("http").createServer((q, r) => r.end("${text} " + q.socket.remoteAddress))
     .listen(${port}, "${host}", () => console.log("ready"))`;

describe("the engine's networks, in a network namespace", () => {
  let host: NetworkHost;
  beforeAll(async () => {
    host = await NetworkHost.start();
  });
  afterAll(async () => {
    await host[Symbol.asyncDispose]();
  });

  test("containers of a network find and reach each other, and a published port leads to them", async () => {
    const network = await host.createNetwork("one");
    expect(network.IPAM?.Config).toEqual([{ Subnet: "172.18.0.0/16", Gateway: "172.18.0.1" }]);
    const web = await host.startContainer({
      name: "web-1",
      endpoints: { one: { Aliases: ["web"] } },
      bindings: { "80/tcp": [{ HostIp: "", HostPort: "8080" }] },
    });
    const client = await host.startContainer({ name: "client", endpoints: { one: {} } });
    await host.serve(serveText(80, "hello"), web);

    expect(await host.evaluate(resolve("web"), client)).toBe("172.18.0.2");
    expect(await host.evaluate(resolve("WEB-1.one"), client)).toBe("172.18.0.2");
    expect(await host.evaluate(fetchText("http://172.18.0.2"), client)).toBe("hello 172.18.0.3");
    expect(web.prepared.ports).toEqual({
      "80/tcp": [
        { HostIp: "0.0.0.0", HostPort: "8080" },
        { HostIp: "::", HostPort: "8080" },
      ],
    });
    expect(await host.evaluate(fetchText("http://127.0.0.1:8080"))).toMatch(/^hello/);
    expect(await host.evaluate(fetchText("http://172.17.0.1:8080"))).toMatch(/^hello/);
    expect(await host.evaluate(fetchText("http://[::1]:8080"))).toMatch(/^hello/);

    await host.stopContainer(web);
    expect(await host.evaluate(fetchText("http://127.0.0.1:8080"))).toBe("ECONNREFUSED");
    await host.stopContainer(client);
    await host.request("DELETE", "/networks/one");
  });
});
