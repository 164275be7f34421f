import { describe, expect, test } from "vitest";
import { type OneOffOverrides, oneOffService } from "../../../src/actions/one-off.ts";
import type { Service } from "../../../src/compose/project.ts";

const streams = { directory: "/here", tty: false, interactive: true };
const web: Service = {
  name: "web",
  image: "web:1",
  containerName: "theweb",
  restart: "always",
  command: ["serve"],
  entrypoint: ["/init"],
  environment: { A: "1", B: "2" },
  ports: [{ target: 80, published: "8080" }],
  volumes: [{ type: "volume", source: "data", target: "/data" }],
  capAdd: ["NET_ADMIN"],
  capDrop: ["ALL"],
  deploy: { replicas: 3, restartPolicy: { condition: "any" } },
};
const oneOff = (overrides: OneOffOverrides): Service => oneOffService(web, overrides, streams);

describe("a one-off", () => {
  test("is the service without what keeps it alive, names it or publishes it", () => {
    const service = oneOff({});
    expect(service).toMatchObject({
      image: "web:1",
      command: ["serve"],
      entrypoint: ["/init"],
      stdinOpen: true,
      tty: false,
    });
    for (const key of ["containerName", "restart", "ports"]) expect(service).not.toHaveProperty(key);
    expect(service.deploy).toEqual({ replicas: 3 });
  });

  test.each<{ when: string; overrides: OneOffOverrides; gets: Partial<Service> }>([
    { when: "given a command", overrides: { command: ["sh"] }, gets: { command: ["sh"], entrypoint: ["/init"] } },
    {
      when: "given an entrypoint, without the command of the old one",
      overrides: { entrypoint: ["sh", "-c"] },
      gets: { entrypoint: ["sh", "-c"], command: [] },
    },
    {
      when: "given variables",
      overrides: { environment: { B: "3", C: "4" } },
      gets: { environment: { A: "1", B: "3", C: "4" } },
    },
    {
      when: "told to publish the service's ports",
      overrides: { servicePorts: true },
      gets: { ports: [{ target: 80, published: "8080" }] },
    },
    {
      when: "told to publish others",
      overrides: { ports: ["127.0.0.1:81:80/udp"] },
      gets: { ports: [{ target: 80, published: "81", hostIp: "127.0.0.1", protocol: "udp" }] },
    },
    {
      when: "given capabilities",
      overrides: { capAdd: ["ALL"], capDrop: ["NET_ADMIN"] },
      gets: { capAdd: ["ALL"], capDrop: ["NET_ADMIN"] },
    },
  ])("changes what it is when $when", ({ overrides, gets }) => {
    expect(oneOff(overrides)).toMatchObject(gets);
  });

  test("mounts paths from where the user stands, and volumes by their name", () => {
    expect(oneOff({ volumes: ["./x:/x:ro", "cache:/cache"] }).volumes).toEqual([
      { type: "volume", source: "data", target: "/data" },
      { type: "bind", source: "/here/x", target: "/x", readOnly: true, bind: { createHostPath: true } },
      { type: "volume", source: "cache", target: "/cache", volume: {} },
    ]);
  });

  test.each([
    [{ ports: ["x:80"] }, '--publish: published port must be 0-65535, got "x"'],
    [{ volumes: ["aa:bb:cc:dd"] }, '--volume: too many colons, got "aa:bb:cc:dd"'],
  ])("refuses %j", (overrides, message) => {
    expect(() => oneOff(overrides)).toThrow(message);
  });
});
