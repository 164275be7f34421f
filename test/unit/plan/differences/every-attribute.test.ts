import { expect, test } from "vitest";
import type { Service } from "../../../../src/compose/project.ts";
import { converged, planned } from "../../../support/planned.ts";
import { sampleProject } from "../../../support/sample-project.ts";

const object = (key: string) => ({ [key]: { key, name: key, file: `/f/${key}`, isExternal: false } });
const project = (service: Partial<Service>) => ({
  services: { web: service, other: {} },
  networks: { second: {} },
  volumes: { data: {} },
  configs: object("c"),
  secrets: object("s"),
});

/** Attributes of a service that the engine sees, each with a change and what is told of it. */
const changes: readonly (readonly [change: Partial<Service>, cause: string])[] = [
  [{ annotations: { a: "1" } }, "annotations.a (none) -> 1"],
  [{ blkioConfig: { weight: 300 } }, "blkio_config.weight (none) -> 300"],
  [{ capAdd: ["NET_ADMIN"] }, "cap_add (none) -> NET_ADMIN"],
  [{ capDrop: ["ALL"] }, "cap_drop (none) -> ALL"],
  [{ cgroup: "private" }, "cgroup (none) -> private"],
  [{ cgroupParent: "/x" }, "cgroup_parent (none) -> /x"],
  [{ command: ["a", "b"] }, "command (none) -> a b"],
  [{ configs: [{ source: "c" }] }, "volumes./c (none) -> bind /f/c,ro"],
  [{ cpuPeriod: 5 }, "cpu_period (none) -> 5"],
  [{ cpuQuota: 5 }, "cpu_quota (none) -> 5"],
  [{ cpuShares: 5 }, "cpu_shares (none) -> 5"],
  [{ cpus: 0.5 }, "cpus (none) -> 500000000"],
  [{ cpuset: "0" }, "cpuset (none) -> 0"],
  [{ deploy: { resources: { limits: { pids: 5 } } } }, "pids_limit (none) -> 5"],
  [{ deviceCgroupRules: ["c 1:3 mr"] }, "device_cgroup_rules (none) -> c 1:3 mr"],
  [{ devices: [{ source: "/dev/a" }] }, "devices (none) -> /dev/a:/dev/a:rwm"],
  [{ dns: ["1.1.1.1"] }, "dns (none) -> 1.1.1.1"],
  [{ dnsOpt: ["a"] }, "dns_opt (none) -> a"],
  [{ dnsSearch: ["a"] }, "dns_search (none) -> a"],
  [{ domainname: "a" }, "domainname (none) -> a"],
  [{ entrypoint: ["a"] }, "entrypoint (none) -> a"],
  [{ environment: { A: "1" } }, "environment.A (none) -> 1"],
  [{ expose: ["80"] }, "expose (none) -> 80/tcp"],
  [{ externalLinks: ["a:b"] }, "links (none) -> a:b"],
  [{ extraHosts: { a: ["1.1.1.1"] } }, "extra_hosts (none) -> a:1.1.1.1"],
  [{ gpus: [{ count: 1 }] }, 'gpus (none) -> {"Capabilities":[["gpu"]],"Count":1}'],
  [{ groupAdd: ["5"] }, "group_add (none) -> 5"],
  [
    { healthcheck: { test: ["CMD", "a"], intervalNs: 1e9 } },
    "healthcheck.test (none) -> CMD a, healthcheck.interval (none) -> 1s",
  ],
  [{ healthcheck: { disable: true } }, "healthcheck.disable (none) -> true"],
  [{ hostname: "a" }, "hostname (none) -> a"],
  [{ image: "web:2" }, "image web:1 -> web:2"],
  [{ init: true }, "init (none) -> true"],
  [{ ipc: "host" }, "ipc (none) -> host"],
  [{ labels: { a: "1" } }, "labels.a (none) -> 1"],
  [{ links: ["other:o"] }, "links (none) -> app-other-1:o app-other-1:other-1 app-other-1:app-other-1"],
  [{ logging: { driver: "none" } }, "logging.driver (none) -> none"],
  [{ macAddress: "02:00:00:00:00:01" }, "networks.app_default.mac_address (none) -> 02:00:00:00:00:01"],
  [{ memLimitBytes: 5 }, "mem_limit (none) -> 5"],
  [{ memReservationBytes: 5 }, "mem_reservation (none) -> 5"],
  [{ memswapLimitBytes: 5 }, "memswap_limit (none) -> 5"],
  [{ memSwappiness: 5 }, "mem_swappiness (none) -> 5"],
  [{ networkMode: "none" }, "network_mode app_default -> none"],
  [{ networks: { default: null, second: null } }, "networks.app_second joined"],
  [{ networks: { default: { ipv4Address: "10.0.0.2" } } }, "networks.app_default.ipv4_address (none) -> 10.0.0.2"],
  [{ oomKillDisable: true }, "oom_kill_disable (none) -> true"],
  [{ oomScoreAdj: 5 }, "oom_score_adj (none) -> 5"],
  [{ pid: "host" }, "pid (none) -> host"],
  [{ pidsLimit: 5 }, "pids_limit (none) -> 5"],
  [{ ports: [{ target: 80, published: "80" }] }, "ports (none) -> 80:80/tcp"],
  [{ privileged: true }, "privileged (none) -> true"],
  [{ readOnly: true }, "read_only (none) -> true"],
  [{ restart: "on-failure:3" }, "restart (none) -> on-failure:3"],
  [{ runtime: "crun" }, "runtime (none) -> crun"],
  [{ secrets: [{ source: "s" }] }, "volumes./run/secrets/s (none) -> bind /f/s,ro"],
  [{ securityOpt: ["a=b"] }, "security_opt (none) -> a=b"],
  [{ shmSizeBytes: 5 }, "shm_size (none) -> 5"],
  [{ stdinOpen: true }, "stdin_open (none) -> true"],
  [{ stopSignal: "SIGINT" }, "stop_signal (none) -> SIGINT"],
  [{ storageOpt: { size: "5" } }, "storage_opt.size (none) -> 5"],
  [{ sysctls: { a: "1" } }, "sysctls.a (none) -> 1"],
  [{ tmpfs: ["/t:size=1m"] }, "tmpfs./t (none) -> size=1m"],
  [{ tty: true }, "tty (none) -> true"],
  [{ ulimits: { nofile: { soft: 1, hard: 2 } } }, "ulimits.nofile (none) -> 1:2"],
  [{ user: "1" }, "user (none) -> 1"],
  [{ usernsMode: "host" }, "userns_mode (none) -> host"],
  [{ uts: "host" }, "uts (none) -> host"],
  [{ volumeDriver: "a" }, "volume_driver (none) -> a"],
  [{ volumes: [{ type: "volume", source: "data", target: "/d" }] }, "volumes./d (none) -> app_data"],
  [{ workingDir: "/a" }, "working_dir (none) -> /a"],
];

const isAbout = /^(recreate|update) web-1: /;

test.each(changes)("a change to %j is told down to the field: %s", (change, cause) => {
  const snapshot = converged(project({}));
  const [line = ""] = planned(sampleProject(project(change)), snapshot).filter((each) => isAbout.test(each));
  expect(line).toContain(cause);
});

/** What an engine fills in by itself cannot be told from what was asked for. */
const indistinct = new Set(["cgroup", "logging", "macAddress"]);

test.each(changes.filter(([change]) => !indistinct.has(Object.keys(change)[0] ?? "")))(
  "and so is taking %j back",
  (change) => {
    const snapshot = converged(project(change));
    const [line = ""] = planned(sampleProject(project({})), snapshot).filter((each) => isAbout.test(each));
    expect(line).toMatch(/^(recreate|update) web-1: (?!definition changed)/);
  },
);
