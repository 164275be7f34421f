import { describe, expect, test } from "vitest";
import type { Network, Service, Volume } from "../../../../src/compose/project.ts";
import { formatPath } from "../../../../src/compose/source.ts";
import type { ImpossiblePlanError } from "../../../../src/plan/problem.ts";
import { expectUsableValues } from "../../../../src/plan/values/check-values.ts";
import { sampleProject, type Sample } from "../../../support/sample-project.ts";

/** What is told of a project: `services.web.restart: expected …`. */
function told(sample: Sample): string[] {
  try {
    expectUsableValues(sampleProject(sample));
    return [];
  } catch (error) {
    return (error as ImpossiblePlanError).problems.map(({ path = [], message }) => `${formatPath(path)}: ${message}`);
  }
}

const web = (service: Partial<Service>): string[] => told({ services: { web: service } });
const bind = { type: "bind", source: "/a", target: "/b" } as const;
const joined = (attachment: object, config: object[] = [{ subnet: "10.1.0.0/16" }]): Sample => ({
  services: { web: { networks: { front: attachment } } },
  networks: { front: { ipam: { config } } },
});

describe("a value that no engine takes is told with its place", () => {
  test.each<[wrong: Partial<Service>, told: string]>([
    [
      { restart: "sometimes" },
      'restart: expected no, always, unless-stopped, on-failure or on-failure:COUNT, got "sometimes"',
    ],
    [{ restart: "on-failure:x" }, "restart:"],
    [{ restart: "on-failure:-1" }, "restart:"],
    [{ restart: "always:3" }, "restart:"],
    [
      { deploy: { restartPolicy: { condition: "sometimes" } } },
      "deploy.restart_policy.condition: expected none, on-failure or any",
    ],
    [{ deploy: { restartPolicy: { condition: "any", maxAttempts: 3 } } }, "deploy.restart_policy.max_attempts:"],
    [{ stopSignal: "NOPE" }, 'stop_signal: expected a signal, got "NOPE"'],
    [{ stopSignal: "0" }, "stop_signal:"],
    [{ stopSignal: "SIGRTMIN+16" }, "stop_signal:"],
    [{ containerName: "bad name!" }, "container_name: expected two or more letters"],
    [{ image: "Bad Image::x" }, "image: expected [REGISTRY/]NAME[:TAG][@DIGEST], got"],
    [{ image: "BusyBox" }, "image:"],
    [{ image: "a".repeat(2000) }, "image:"],
    [{ preStart: [{ image: "No" }] }, "pre_start[0].image:"],
    [{ platform: "nope" }, "platform: expected OS/ARCHITECTURE[/VARIANT]"],
    [{ platform: "a/b/c/d" }, "platform:"],
    [{ hostname: "a".repeat(65) }, "hostname: expected at most 64 characters"],
    [{ environment: { "": "x" } }, "environment: expected a name for every variable"],
    [{ macAddress: "nope" }, "mac_address: expected a MAC address"],
    [{ healthcheck: { intervalNs: 1000 } }, "healthcheck.interval: expected at least 1ms, got 1000"],
    [{ healthcheck: { startPeriodNs: -1 } }, "healthcheck.start_period:"],
    [{ capAdd: ["NET_ADMIN", "NOPE"] }, 'cap_add[1]: expected a capability, got "NOPE"'],
    [{ capDrop: ["all", "CAP"] }, "cap_drop[1]:"],
    [{ securityOpt: ["nope"] }, "security_opt[0]:"],
    [{ deviceCgroupRules: ["nope"] }, "device_cgroup_rules[0]:"],
    [{ ipc: "nope" }, "ipc:"],
    [{ pid: "nope" }, "pid:"],
    [{ uts: "nope" }, "uts:"],
    [{ isolation: "nope" }, "isolation:"],
    [{ workingDir: "relative" }, "working_dir: expected an absolute path"],
    [{ tmpfs: ["relative:size=1m"] }, "tmpfs[0]:"],
    [{ volumes: [{ ...bind, target: "b" }] }, 'volumes[0].target: expected an absolute path other than /, got "b"'],
    [{ volumes: [{ ...bind, target: "/" }] }, "volumes[0].target:"],
    [{ volumes: [{ ...bind, consistency: "nope" }] }, "volumes[0].consistency:"],
    [{ volumes: [{ ...bind, bind: { propagation: "nope" } }] }, "volumes[0].bind.propagation:"],
    [
      { volumes: [{ type: "image", source: "x", target: "/b", image: { subpath: "../x" } }] },
      "volumes[0].image.subpath:",
    ],
    [{ ports: [{ target: 70_000 }] }, "ports[0].target: expected a port from 1 to 65535, got 70000"],
    [{ ports: [{ target: 80, published: "nope" }] }, "ports[0].published:"],
    [{ ports: [{ target: 80, published: "90-80" }] }, "ports[0].published:"],
    [{ ports: [{ target: 80, protocol: "nope" }] }, "ports[0].protocol: expected tcp, udp or sctp"],
    [{ expose: ["80", "nope"] }, "expose[1]:"],
    [{ dns: ["nope"] }, "dns[0]: expected an IP address"],
    [{ extraHosts: { db: ["nope"] } }, "extra_hosts.db:"],
    [{ cpus: -1 }, "cpus: expected at least 0, got -1"],
    [{ deploy: { resources: { limits: { cpus: -1 } } } }, "deploy.resources.limits.cpus:"],
    [{ cpuset: "abc" }, "cpuset:"],
    [{ cpuShares: -1 }, "cpu_shares:"],
    [{ cpuPeriod: 5 }, "cpu_period:"],
    [{ cpuQuota: 5 }, "cpu_quota:"],
    [{ memLimitBytes: 1024 }, "mem_limit: expected at least 6m, got 1024"],
    [{ deploy: { resources: { limits: { memoryBytes: 1024 } } } }, "deploy.resources.limits.memory:"],
    [{ memLimitBytes: 2e7, memReservationBytes: 3e7 }, "mem_reservation: expected no more than the limit"],
    [{ memLimitBytes: 2e7, memswapLimitBytes: 1e7 }, "memswap_limit: expected at least mem_limit"],
    [{ memswapLimitBytes: 1e7 }, "memswap_limit: expected a mem_limit beside it"],
    [{ memSwappiness: 200 }, "mem_swappiness:"],
    [{ shmSizeBytes: -1 }, "shm_size:"],
    [{ ulimits: { nope: { single: 3 } } }, "ulimits.nope: expected the name of a limit"],
    [{ ulimits: { nofile: { soft: 5, hard: 3 } } }, "ulimits.nofile: expected soft to be no more than hard, 3, got 5"],
    [{ ulimits: { nofile: { soft: -1, hard: 3 } } }, "ulimits.nofile:"],
  ])("%j", (wrong, place) => {
    expect(web(wrong)).toEqual([expect.stringContaining(`services.web.${place}`)]);
  });

  test.each<[sample: Sample, told: string]>([
    [joined({ macAddress: "nope" }), "services.web.networks.front.mac_address: expected a MAC address"],
    [joined({ ipv4Address: "nope" }), "services.web.networks.front.ipv4_address: expected an IPv4 address"],
    [
      joined({ ipv4Address: "10.2.0.1" }),
      "services.web.networks.front.ipv4_address: expected an address in 10.1.0.0/16",
    ],
    [
      joined({ ipv6Address: "fd00::1" }),
      "services.web.networks.front.ipv6_address: expected an address in 10.1.0.0/16",
    ],
    [
      joined({ ipv4Address: "10.1.0.1" }, []),
      "services.web.networks.front.ipv4_address: expected a subnet to take it from",
    ],
    [joined({ linkLocalIps: ["nope"] }), "services.web.networks.front.link_local_ips[0]: expected an IP address"],
    [joined({}, [{ subnet: "nope" }]), "networks.front.ipam.config[0].subnet: expected a subnet"],
    [joined({}, [{ subnet: "10.1.0.0/33" }]), "networks.front.ipam.config[0].subnet:"],
    [joined({}, [{ subnet: "10.1.0.0/16", ipRange: "nope" }]), "networks.front.ipam.config[0].ip_range:"],
    [
      joined({}, [{ subnet: "10.1.0.0/16", gateway: "nope" }]),
      "networks.front.ipam.config[0].gateway: expected an IP address",
    ],
    [
      joined({}, [{ subnet: "10.1.0.0/16", gateway: "10.2.0.1" }]),
      "networks.front.ipam.config[0].gateway: expected an address in 10.1.0.0/16",
    ],
    [joined({}, [{ auxAddresses: { a: "nope" } }]), "networks.front.ipam.config[0].aux_addresses.a:"],
    [{ services: {}, volumes: { data: { name: "bad name!" } } }, "volumes.data.name: expected two or more letters"],
  ])("%j", (sample, place) => {
    expect(told(sample)).toEqual([expect.stringContaining(place)]);
  });

  test("such as the name that an image is built under", () => {
    expect(told({ services: { Web: { build: { context: "." } } } })).toEqual([
      'services.Web.image: expected [REGISTRY/]NAME[:TAG][@DIGEST], got "app-Web"',
    ]);
  });

  test("with all others", () => {
    expect(web({ restart: "sometimes", stopSignal: "NOPE", dns: ["a", "b"] })).toHaveLength(4);
  });
});

describe("what engines take is left alone", () => {
  test.each<Partial<Service>>([
    ...["", "no", "always", "always:0", "unless-stopped", "on-failure", "on-failure:3"].map((restart) => ({ restart })),
    ...["none", "any", "on-failure", "unless-stopped"].map((condition) => ({
      deploy: { restartPolicy: { condition } },
    })),
    { deploy: { restartPolicy: { condition: "on-failure", maxAttempts: 3 } } },
    { deploy: { restartPolicy: { maxAttempts: 3 } } },
    ...["SIGTERM", "term", "15", "99", "SIGRTMIN+3", "RTMAX-14", "SIGRTMAX"].map((stopSignal) => ({ stopSignal })),
    ...["web", "/web", "a1", "0.x_y-z"].map((containerName) => ({ containerName })),
    ...[
      "busybox",
      "library/busybox:1.37",
      "localhost:5000/a/b_c__d.e--f:TAG_1.2-3",
      "[::1]:5000/a",
      "registry.example.com/Shop/web".toLowerCase(),
      "REGISTRY.example.com/shop/web",
      `busybox@sha256:${"0".repeat(64)}`,
      `busybox:1@sha256:${"0".repeat(64)}`,
      `sha256:${"0".repeat(64)}`,
      "0".repeat(64),
    ].map((image) => ({ image })),
    ...["linux", "amd64", "linux/amd64", "linux/arm/v7", "Linux/AMD64", "windows(10.0.17763)/amd64"].map(
      (platform) => ({ platform }),
    ),
    ...["02:42:ac:11:00:02", "02-42-AC-11-00-02", "0242.ac11.0002", "02:42:ac:11:00:02:00:01"].map((macAddress) => ({
      macAddress,
    })),
    { hostname: "bad host!" },
    { healthcheck: { intervalNs: 0, timeoutNs: 1e6 } },
    { capAdd: ["ALL", "cap_net_admin", "SYS_PTRACE"] },
    {
      securityOpt: [
        "no-new-privileges",
        "no-new-privileges:true",
        "label:disable",
        "seccomp=./x.json",
        "systempaths=unconfined",
      ],
    },
    { deviceCgroupRules: ["c 1:3 mr", "a *:* rwm"] },
    { ipc: "shareable", pid: "host", uts: "host" },
    { ipc: "service:db", pid: "container:box" },
    { workingDir: "C:\\app" },
    { tmpfs: ["/run:size=1m", "/tmp"] },
    {
      volumes: [
        { ...bind, target: "C:\\data" },
        { ...bind, bind: { propagation: "rslave" }, consistency: "cached" },
      ],
    },
    {
      ports: [
        { target: 80, published: "8080-8090", protocol: "sctp" },
        { target: 65_535, published: "0" },
      ],
    },
    { expose: ["80", "80-90/udp", "443/tcp"] },
    { dns: ["1.1.1.1", "fd00::1", "fe80::1%eth0"] },
    { extraHosts: { a: ["host-gateway", "10.0.0.1", "[::1]", "::1"] } },
    { memLimitBytes: 2e7, memReservationBytes: 1e7, memswapLimitBytes: -1, memSwappiness: 0 },
    { memLimitBytes: 2e7, memswapLimitBytes: 2e7 },
    { cpus: 0.5, cpuset: "0-3,5", cpuShares: 0, cpuPeriod: 100_000, cpuQuota: -1 },
    { ulimits: { nofile: { soft: 3, hard: -1 }, NPROC: { single: -1 } } },
  ])("%j", (service) => {
    expect(web(service)).toEqual([]);
  });

  test.each<Sample>([
    joined({ ipv4Address: "10.1.2.3", linkLocalIps: ["169.254.1.1"] }),
    joined({ ipv6Address: "fd00::9" }, [{ subnet: "10.1.0.0/16" }, { subnet: "fd00::/64", gateway: "fd00::1" }]),
    {
      services: { web: { networks: { front: { ipv4Address: "10.9.0.1" } } } },
      networks: { front: { isExternal: true } },
    },
    { services: {}, networks: { front: { ipam: { driver: "null", config: [{ subnet: "any" }] } } } },
    {
      services: {},
      volumes: { a: { name: "bad name!", driver: "cloud" }, b: { name: "bad name!", isExternal: true } },
    },
  ] satisfies readonly {
    networks?: Record<string, Partial<Network>>;
    volumes?: Record<string, Partial<Volume>>;
    services: object;
  }[])("%j", (sample) => {
    expect(told(sample)).toEqual([]);
  });
});
