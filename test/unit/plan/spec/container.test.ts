import { describe, expect, test } from "vitest";
import type { ContainerCreateBody, HostConfig } from "../../../../src/docker-api/container.ts";
import type { Service } from "../../../../src/compose/project.ts";
import { describeProblem, type Problem } from "../../../../src/plan/problem.ts";
import { containerSpec, type ContainerSpec } from "../../../../src/plan/spec/container.ts";
import { sampleProject, type Sample } from "../../../support/sample-project.ts";

function spec(
  service: Partial<Service>,
  { apiVersion = "1.51", ...sample }: Partial<Sample> & { readonly apiVersion?: string } = {},
): ContainerSpec & { readonly problems: string[] } {
  const project = sampleProject({ ...sample, services: { web: service } });
  const problems: Problem[] = [];
  const [web] = Object.values(project.services);
  if (web === undefined) throw new Error("no service");
  const known = {
    image: "web:1",
    name: "app-web-1",
    labels: {},
    links: [],
    inherited: [],
    seccompProfiles: { "p.json": "{}" },
  };
  const made = containerSpec({ project, service: web, apiVersion, ...known }, (problem) => problems.push(problem));
  return { ...made, problems: problems.map(describeProblem) };
}

test.each<{ service: Partial<Service>; body: Partial<ContainerCreateBody> }>([
  { service: { environment: { B: "2", A: "1", BARE: null } }, body: { Env: ["A=1", "B=2", "BARE"] } },
  { service: { command: [] }, body: { Cmd: [] } },
  { service: { entrypoint: ["a", "b"] }, body: { Entrypoint: ["a", "b"] } },
  { service: { stopGracePeriodNs: 1_900_000_000 }, body: { StopTimeout: 1 } },
  { service: { healthcheck: { disable: true } }, body: { Healthcheck: { Test: ["NONE"] } } },
  { service: { networkMode: "disabled" }, body: { NetworkDisabled: true } },
  {
    service: { expose: ["90-92/udp", "80"] },
    body: { ExposedPorts: { "90/udp": {}, "91/udp": {}, "92/udp": {}, "80/tcp": {} } },
  },
  {
    service: { user: "1", workingDir: "/w", tty: true, stdinOpen: true },
    body: { User: "1", WorkingDir: "/w", Tty: true, OpenStdin: true },
  },
])("$service becomes $body", ({ service, body }) => {
  expect(spec(service).body).toMatchObject(body);
});

test.each<{ service: Partial<Service>; host: Partial<HostConfig> }>([
  { service: { restart: "on-failure:3" }, host: { RestartPolicy: { Name: "on-failure", MaximumRetryCount: 3 } } },
  {
    service: { restart: "no", deploy: { restartPolicy: { condition: "any", maxAttempts: 2 } } },
    host: { RestartPolicy: { Name: "always", MaximumRetryCount: 2 } },
  },
  {
    service: { cpus: 0.5, deploy: { resources: { limits: { cpus: 1.5, memoryBytes: 10, pids: 5 } } } },
    host: { NanoCpus: 1_500_000_000, Memory: 10, PidsLimit: 5 },
  },
  { service: { pidsLimit: 0, memSwappiness: 0 }, host: { PidsLimit: 0, MemorySwappiness: 0 } },
  {
    service: { ulimits: { nproc: { single: 5 }, nofile: { soft: 0, hard: 2 } } },
    host: {
      Ulimits: [
        { Name: "nofile", Soft: 0, Hard: 2 },
        { Name: "nproc", Soft: 5, Hard: 5 },
      ],
    },
  },
  { service: { extraHosts: { a: ["1.2.3.4", "::1"] } }, host: { ExtraHosts: ["a:1.2.3.4", "a:::1"] } },
  { service: { tmpfs: ["/t", "/u:size=1m"] }, host: { Tmpfs: { "/t": "", "/u": "size=1m" } } },
  {
    service: { securityOpt: ["systempaths=unconfined", "seccomp=p.json"] },
    host: { SecurityOpt: ["seccomp={}"], MaskedPaths: [], ReadonlyPaths: [] },
  },
  {
    service: { devices: [{ source: "vendor.com/gpu=0" }, { source: "/dev/a" }] },
    host: {
      DeviceRequests: [{ Driver: "cdi", DeviceIDs: ["vendor.com/gpu=0"] }],
      Devices: [{ PathOnHost: "/dev/a", PathInContainer: "/dev/a", CgroupPermissions: "rwm" }],
    },
  },
  { service: { gpus: [{ count: -1 }] }, host: { DeviceRequests: [{ Count: -1, Capabilities: [["gpu"]] }] } },
  {
    service: { ports: [{ target: 80, published: "8080-8090", hostIp: "127.0.0.1" }, { target: 80 }] },
    host: {
      PortBindings: {
        "80/tcp": [
          { HostIp: "127.0.0.1", HostPort: "8080-8090" },
          { HostIp: "", HostPort: "" },
        ],
      },
    },
  },
  {
    service: {
      volumes: [
        { type: "bind", source: "/a", target: "/b", readOnly: true, bind: { createHostPath: true, selinux: "Z" } },
      ],
    },
    host: { Binds: ["/a:/b:ro,Z"] },
  },
  {
    service: { volumes: [{ type: "bind", source: "/a", target: "/b", consistency: "cached" }] },
    host: { Binds: ["/a:/b:rw,cached"] },
  },
  {
    service: { volumes: [{ type: "bind", source: "/a", target: "/b", bind: { propagation: "rslave" } }] },
    host: { Mounts: [{ Type: "bind", Source: "/a", Target: "/b", BindOptions: { Propagation: "rslave" } }] },
  },
  {
    service: { volumes: [{ type: "bind", source: "/a", target: "/b", bind: { propagation: "rslave", selinux: "z" } }] },
    host: { Binds: ["/a:/b:rw,z,rslave"] },
  },
  {
    service: { volumes: [{ type: "bind", source: "/a", target: "/b", bind: { createHostPath: false } }] },
    host: { Mounts: [{ Type: "bind", Source: "/a", Target: "/b", BindOptions: { CreateMountpoint: false } }] },
  },
  {
    service: { volumes: [{ type: "tmpfs", target: "/t", tmpfs: { sizeBytes: 5, mode: 0o1777 } }] },
    host: { Mounts: [{ Type: "tmpfs", Target: "/t", TmpfsOptions: { SizeBytes: 5, Mode: 0o1777 } }] },
  },
])("$service becomes $host of the host", ({ service, host }) => {
  expect(spec(service).body.HostConfig).toMatchObject(host);
});

describe("volumes", () => {
  const volumes = { data: { name: "shared" } };

  test("go by the name they have on the engine", () => {
    const service = { volumes: [{ type: "volume", source: "data", target: "/d" }] } as const;
    expect(spec(service, { volumes }).body.HostConfig?.Binds).toEqual(["shared:/d:rw"]);
  });

  test("with options of their own are mount objects", () => {
    const service = {
      volumes: [{ type: "volume", source: "data", target: "/d", volume: { subpath: "x", nocopy: true } }],
    } as const;
    expect(spec(service, { volumes }).body.HostConfig?.Mounts).toEqual([
      { Type: "volume", Source: "shared", Target: "/d", VolumeOptions: { NoCopy: true, Subpath: "x" } },
    ]);
  });

  test("on one target: the later one counts", () => {
    const service = {
      volumes: [
        { type: "bind", source: "/a", target: "/d" },
        { type: "bind", source: "/b", target: "/d" },
      ],
    } as const;
    expect(spec(service).body.HostConfig?.Binds).toEqual(["/b:/d:rw"]);
  });
});

test("configs and secrets that are files are mounted read-only, each in its own place", () => {
  const object = (key: string) => ({ [key]: { key, name: key, file: `/f/${key}`, isExternal: false } });
  const sample = { configs: object("c"), secrets: object("s") };
  const { body } = spec({ configs: [{ source: "c" }], secrets: [{ source: "s", target: "t" }] }, sample);
  expect(body.HostConfig?.Mounts).toEqual([
    { Type: "bind", Source: "/f/s", Target: "/run/secrets/t", ReadOnly: true },
    { Type: "bind", Source: "/f/c", Target: "/c", ReadOnly: true },
  ]);
});

describe("networks", () => {
  const networks = { back: {}, front: {} };
  const service = {
    networks: { back: { ipv4Address: "10.0.0.5" }, front: { priority: 10, aliases: ["www"] } },
    macAddress: "02:00:00:00:00:01",
  };

  test("are joined with names, addresses and, on the first, the service's hardware address", () => {
    const { body, connectLater } = spec(service, { networks });
    expect(body.HostConfig?.NetworkMode).toBe("app_front");
    expect(body.NetworkingConfig?.EndpointsConfig).toEqual({
      app_front: { Aliases: ["app-web-1", "web", "www"], MacAddress: "02:00:00:00:00:01" },
      app_back: { Aliases: ["app-web-1", "web"], IPAMConfig: { IPv4Address: "10.0.0.5" } },
    });
    expect(connectLater).toEqual([]);
  });

  test("are joined one by one where the engine is older than API 1.44", () => {
    const { body, connectLater } = spec(service, { networks, apiVersion: "1.41" });
    expect(Object.keys(body.NetworkingConfig?.EndpointsConfig ?? {})).toEqual(["app_front"]);
    expect(connectLater.map(({ network }) => network)).toEqual(["app_back"]);
    expect(body.MacAddress).toBe("02:00:00:00:00:01");
  });

  test.each(["1.41", "1.44"])(
    "know the hardware address that the first of them asks for, with engine API %s",
    (apiVersion) => {
      const own = { networks: { front: { macAddress: "02:00:00:00:00:02" } } };
      const { body } = spec(own, { networks, apiVersion });
      const front = body.NetworkingConfig?.EndpointsConfig["app_front"];
      expect(body.MacAddress ?? front?.MacAddress).toBe("02:00:00:00:00:02");
    },
  );

  test("are none where the service shares another's", () => {
    const { body } = spec({ networkMode: "host" });
    expect(body.HostConfig?.NetworkMode).toBe("host");
    expect(body.NetworkingConfig).toBeUndefined();
  });
});

test.each<{ what: string; service: Partial<Service>; apiVersion?: string; problem: string }>([
  {
    what: "an interface name",
    service: { networks: { default: { interfaceName: "eth9" } } },
    apiVersion: "1.48",
    problem: "services.web.networks.default.interface_name: needs engine API 1.49, got 1.48",
  },
  {
    what: "annotations",
    service: { annotations: { a: "b" } },
    apiVersion: "1.41",
    problem: "services.web.annotations: needs engine API 1.43, got 1.41",
  },
  {
    what: "an image as volume",
    service: { volumes: [{ type: "image", source: "a", target: "/a" }] },
    apiVersion: "1.47",
    problem: "services.web.volumes[0].type: needs engine API 1.48, got 1.47",
  },
  {
    what: "a start interval alone",
    service: { healthcheck: { startIntervalNs: 1 } },
    problem: "services.web.healthcheck.start_interval: has no meaning without start_period",
  },
  {
    what: "a relabel that would be lost",
    service: { volumes: [{ type: "bind", source: "/a", target: "/b", bind: { selinux: "z", createHostPath: false } }] },
    problem: "services.web.volumes[0].bind: selinux cannot be combined with create_host_path: false",
  },
  {
    what: "a profile that is not there",
    service: { securityOpt: ["seccomp=no.json"] },
    problem: 'services.web.security_opt[0]: no readable JSON file "no.json"',
  },
])("what the engine cannot do is told with its place: $what", ({ service, apiVersion, problem }) => {
  expect(spec(service, apiVersion === undefined ? {} : { apiVersion }).problems).toEqual([problem]);
});
