import { describe, expect, test } from "vitest";
import {
  embeddedResolvConf,
  hostsFile,
  parseResolvConf,
  plainResolvConf,
} from "../../../../src/embedded/networks/name-files.ts";

const none = { servers: [], search: [], options: [] };
const lines = (text: string): string[] => text.trim().split("\n").slice(1);

describe("files of names", () => {
  const host = parseResolvConf(
    "# x\nnameserver 10.0.0.53 ; y\nnameserver 127.0.0.53\nsearch a.test b.test\noptions ndots:5 edns0\n",
  );

  test("a resolv.conf is read without its comments", () => {
    expect(host).toEqual({
      servers: ["10.0.0.53", "127.0.0.53"],
      search: ["a.test", "b.test"],
      options: ["ndots:5", "edns0"],
    });
  });

  test("a network with names has the embedded server, and tries names of services as they are", () => {
    expect(lines(embeddedResolvConf(host, none))).toEqual([
      "nameserver 127.0.0.11",
      "search a.test b.test",
      "options edns0 ndots:0",
    ]);
    const own = { servers: ["1.1.1.1"], search: ["."], options: ["ndots:2"] };
    expect(lines(embeddedResolvConf(host, own))).toEqual(["nameserver 127.0.0.11", "options ndots:2"]);
  });

  test("the default bridge has the servers that a container can reach", () => {
    expect(lines(plainResolvConf(host, none))[0]).toBe("nameserver 10.0.0.53");
    expect(lines(plainResolvConf({ ...none, servers: ["127.0.0.53", "::1"] }, none))).toEqual([
      "nameserver 127.0.0.11",
    ]);
    expect(lines(plainResolvConf(host, { ...none, servers: ["9.9.9.9"] }))[0]).toBe("nameserver 9.9.9.9");
  });

  test("hosts has the container's names and those that it was given", () => {
    const text = hostsFile({
      hostname: "web",
      domainname: "example.test",
      addresses: ["172.18.0.2", "fd00::2"],
      extraHosts: ["host.docker.internal:host-gateway", "six:fd00::9", "seven=[fd00::7]"],
      hostGateway: "172.17.0.1",
    });
    expect(text.split("\n").slice(6)).toEqual([
      "172.17.0.1\thost.docker.internal",
      "fd00::9\tsix",
      "fd00::7\tseven",
      "172.18.0.2\tweb.example.test web",
      "fd00::2\tweb.example.test web",
      "",
    ]);
  });
});
