import { describe, expect, test } from "vitest";
import { parseAddress } from "../../../src/engine/address.ts";

describe("an address", () => {
  test.each([
    ["unix:///var/run/docker.sock", { kind: "socket", path: "/var/run/docker.sock" }],
    ["npipe:////./pipe/docker_engine", { kind: "socket", path: String.raw`\\.\pipe\docker_engine` }],
    ["tcp://engine.example:2376", { kind: "tcp", host: "engine.example", port: 2376 }],
    ["tcp://engine.example", { kind: "tcp", host: "engine.example" }],
    ["http://10.0.0.1:80", { kind: "tcp", host: "10.0.0.1", port: 80 }],
    ["tcp://[::1]:2375/", { kind: "tcp", host: "::1", port: 2375 }],
    ["127.0.0.1:2375", { kind: "tcp", host: "127.0.0.1", port: 2375 }],
    ["ssh://me@far.example:2222", { kind: "ssh", destination: "me@far.example", port: "2222" }],
    ["ssh://far", { kind: "ssh", destination: "far" }],
  ])("%s is understood", (text, address) => {
    expect(parseAddress(text, "DOCKER_HOST")).toEqual({ text, ...address });
  });

  test("of a socket may be its path alone", () => {
    expect(parseAddress("/run/a.sock", "--engine")).toEqual({
      kind: "socket",
      text: "unix:///run/a.sock",
      path: "/run/a.sock",
    });
  });

  test.each([
    "",
    "unix://",
    "unix://relative",
    "tcp://",
    "ftp://host",
    "docker",
    "tcp://host:99999",
    "tcp://host/path",
    "ssh://-oProxyCommand=x",
    "ssh://",
  ])('"%s" is refused by the name of who said it', (text) => {
    expect(() => parseAddress(text, "DOCKER_HOST")).toThrow(`DOCKER_HOST: expected unix:///path`);
  });
});
