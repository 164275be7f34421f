import { describe, expect, test } from "vitest";
import { isolate } from "../../../../src/actions/isolated/isolate.ts";
import { moveOf } from "../../../../src/actions/isolated/move-address.ts";
import { sampleProject } from "../../../support/sample-project.ts";

const project = sampleProject({
  services: {
    web: { containerName: "shop", ports: [{ target: 80, published: "8080", hostIp: "127.0.0.1" }] },
    db: { networks: { back: { ipv4Address: "10.5.0.9", ipv6Address: "fd00:5::9" } } },
    probe: { networkMode: "host" },
  },
  networks: {
    back: {
      name: "backbone",
      driverOpts: { "com.docker.network.bridge.name": "br-shop" },
      ipam: { config: [{ subnet: "10.5.0.0/24", gateway: "10.5.0.1" }, { subnet: "fd00:5::/64" }] },
    },
    shared: { name: "outside", isExternal: true },
  },
  volumes: { data: {}, named: { name: "precious" }, theirs: { name: "theirs", isExternal: true } },
});

describe("an isolated copy", () => {
  const { project: copy, remarks } = isolate(project, "feature");

  test("has names of its own, but for external things", () => {
    expect(copy.name).toBe("app-feature");
    expect(Object.values(copy.networks).map(({ name }) => name)).toEqual([
      "app-feature_default",
      "backbone-feature",
      "outside",
    ]);
    expect(Object.values(copy.volumes).map(({ name }) => name)).toEqual([
      "app-feature_data",
      "precious-feature",
      "theirs",
    ]);
    expect(copy.networks["back"]?.driverOpts).toBeUndefined();
  });

  test("leaves published ports to the engine, on the same address", () => {
    expect(copy.services["web"]?.ports).toEqual([{ target: 80, hostIp: "127.0.0.1" }]);
  });

  test("is found by its fixed container names within its own networks only", () => {
    expect(copy.services["web"]?.containerName).toBeUndefined();
    expect(copy.services["web"]?.networks).toEqual({ default: { aliases: ["shop"] } });
  });

  test("moves subnets, and the addresses in them along", () => {
    const [pool4, pool6] = copy.networks["back"]?.ipam?.config ?? [];
    expect(pool4?.subnet).toMatch(/^10\.(1[2-9]\d|2\d\d)\.\d+\.0\/24$/);
    expect(pool4?.gateway).toBe(pool4?.subnet?.replace(/\.0\/24$/, ".1"));
    const attachment = copy.services["db"]?.networks?.["back"];
    expect(attachment?.ipv4Address).toBe(pool4?.subnet?.replace(/\.0\/24$/, ".9"));
    expect(pool6?.subnet).toMatch(/^fd[0-9a-f]{2}:.*:0:0:0:0\/64$/);
    expect(attachment?.ipv6Address).toBe(pool6?.subnet?.replace(/0\/64$/, "9"));
  });

  test("says what it shares with the host all the same", () => {
    expect(remarks).toEqual(["services.probe.network_mode: host is shared by all copies"]);
  });

  test("is the same for the same name, and another for another", () => {
    expect(isolate(project, "feature").project).toEqual(copy);
    const other = isolate(project, "fix").project;
    expect(other.networks["back"]?.ipam).not.toEqual(copy.networks["back"]?.ipam);
  });

  test("is one for each folder where it has no name", () => {
    const { name } = isolate(project).project;
    expect(name).toMatch(/^app-[0-9a-f]{6}$/);
    expect(isolate({ ...project, workingDirectory: "/elsewhere" }).project.name).not.toBe(name);
  });

  test("refuses a name that no project can have", () => {
    expect(() => isolate(project, "Feature/1")).toThrow("--isolated: a name has lower case letters");
  });
});

test.each(["10.0.0.0/8", "nonsense", "10.1.0.0"])("the pool %s is not moved", (subnet) => {
  expect(moveOf(subnet, "seed")).toBeUndefined();
});

test("addresses of another pool stay where they are", () => {
  expect(moveOf("10.5.0.0/24", "seed")?.of("192.168.0.7")).toBe("192.168.0.7");
});
