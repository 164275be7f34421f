import { among, apart, container, type Definition, like, type Proof, type Proofs } from "./proof.ts";

/** Attributes that the engine shows of a container as soon as it is made. */
const host = (given: Definition, shows: object): Proof => container(given, { HostConfig: shows });
const config = (given: Definition, shows: object): Proof => container(given, { Config: shows });

const blkio = (name: string, shown: string): Proofs => {
  const proof = host(
    { blkio_config: { [name]: [{ path: "/dev/null", rate: 1024 }] } },
    { [shown]: [{ Path: "/dev/null", Rate: 1024 }] },
  );
  const row = `services.*.blkio_config.${name}`;
  return { [row]: proof, [`${row}.*.path`]: proof, [`${row}.*.rate`]: proof };
};

const gpu = apart(
  host(
    { gpus: [{ driver: "nvidia", count: 2, capabilities: ["compute"], options: { a: "b" } }] },
    { DeviceRequests: [{ Driver: "nvidia", Count: 2, Capabilities: [["compute", "gpu"]], Options: { a: "b" } }] },
  ),
);
const reserved = apart(
  host(
    {
      deploy: {
        resources: {
          reservations: { devices: [{ driver: "cdi", count: 3, capabilities: ["tpu"], options: { c: "d" } }] },
        },
      },
    },
    { DeviceRequests: [{ Driver: "cdi", Count: 3, Capabilities: [["tpu"]], Options: { c: "d" } }] },
  ),
);
const device = host(
  { devices: ["/dev/null:/dev/nothing:r"] },
  { Devices: [{ PathOnHost: "/dev/null", PathInContainer: "/dev/nothing", CgroupPermissions: "r" }] },
);
const logging = host(
  { logging: { driver: "local", options: { "max-size": "2m" } } },
  { LogConfig: { Type: "local", Config: { "max-size": "2m" } } },
);
const nofile = host(
  { ulimits: { nofile: { soft: 100, hard: 200 }, nproc: 50 } },
  {
    Ulimits: [
      { Name: "nofile", Soft: 100, Hard: 200 },
      { Name: "nproc", Soft: 50, Hard: 50 },
    ],
  },
);
const healthcheck = config(
  { healthcheck: { test: ["CMD", "true"], interval: "1m30s", timeout: "20s", retries: 7, start_period: "10s" } },
  { Healthcheck: { Test: ["CMD", "true"], Interval: 90e9, Timeout: 20e9, Retries: 7, StartPeriod: 10e9 } },
);
const published = host(
  { ports: [{ target: 80, published: "0", host_ip: "127.0.0.1", protocol: "udp" }] },
  { PortBindings: { "80/udp": [{ HostIp: "127.0.0.1", HostPort: "0" }] } },
);

const deploy: Proofs = {
  "services.*.deploy.resources.limits.cpus": host(
    { deploy: { resources: { limits: { cpus: "0.5" } } } },
    { NanoCpus: 5e8 },
  ),
  "services.*.deploy.resources.limits.memory": host(
    { deploy: { resources: { limits: { memory: "64M" } } } },
    { Memory: 64 * 2 ** 20 },
  ),
  "services.*.deploy.resources.limits.pids": host(
    { deploy: { resources: { limits: { pids: 42 } } } },
    { PidsLimit: 42 },
  ),
  "services.*.deploy.resources.reservations.memory": host(
    { deploy: { resources: { reservations: { memory: "32M" } } } },
    { MemoryReservation: 32 * 2 ** 20 },
  ),
  "services.*.deploy.resources.reservations.devices": reserved,
  "services.*.deploy.resources.reservations.devices.*.capabilities": reserved,
  "services.*.deploy.resources.reservations.devices.*.count": reserved,
  "services.*.deploy.resources.reservations.devices.*.device_ids": host(
    { deploy: { resources: { reservations: { devices: [{ device_ids: ["7"], capabilities: ["tpu"] }] } } } },
    { DeviceRequests: [{ DeviceIDs: ["7"] }] },
  ),
  "services.*.deploy.resources.reservations.devices.*.driver": reserved,
  "services.*.deploy.resources.reservations.devices.*.options": reserved,
  "services.*.deploy.restart_policy.condition": host(
    { deploy: { restart_policy: { condition: "on-failure" } } },
    { RestartPolicy: { Name: "on-failure" } },
  ),
  "services.*.deploy.restart_policy.max_attempts": host(
    { deploy: { restart_policy: { condition: "on-failure", max_attempts: 4 } } },
    { RestartPolicy: { Name: "on-failure", MaximumRetryCount: 4 } },
  ),
};

const resources: Proofs = {
  ...blkio("device_read_bps", "BlkioDeviceReadBps"),
  ...blkio("device_read_iops", "BlkioDeviceReadIOps"),
  ...blkio("device_write_bps", "BlkioDeviceWriteBps"),
  ...blkio("device_write_iops", "BlkioDeviceWriteIOps"),
  "services.*.cgroup": host({ cgroup: "private" }, { CgroupnsMode: "private" }),
  "services.*.cgroup_parent": host({ cgroup_parent: "/of-the-tests" }, { CgroupParent: "/of-the-tests" }),
  "services.*.cpu_count": host({ cpu_count: 1 }, { CpuCount: 1 }),
  "services.*.cpu_shares": host({ cpu_shares: 512 }, { CpuShares: 512 }),
  "services.*.cpu_quota": apart(host({ cpu_quota: 50_000 }, { CpuQuota: 50_000 })),
  "services.*.cpu_period": apart(host({ cpu_period: 20_000 }, { CpuPeriod: 20_000 })),
  "services.*.cpu_rt_period": host({ cpu_rt_period: "100ms" }, { CpuRealtimePeriod: 100_000 }),
  "services.*.cpu_rt_runtime": host({ cpu_rt_runtime: "5ms", cpu_rt_period: "100ms" }, { CpuRealtimeRuntime: 5000 }),
  "services.*.cpus": apart(host({ cpus: 0.25, mem_limit: "48m" }, { NanoCpus: 25e7 })),
  "services.*.cpuset": host({ cpuset: "0" }, { CpusetCpus: "0" }),
  "services.*.device_cgroup_rules": host({ device_cgroup_rules: ["c 1:3 mr"] }, { DeviceCgroupRules: ["c 1:3 mr"] }),
  "services.*.devices": device,
  "services.*.devices.*.source": device,
  "services.*.devices.*.target": device,
  "services.*.devices.*.permissions": device,
  "services.*.gpus": apart(host({ gpus: "all" }, { DeviceRequests: [{ Count: -1, Capabilities: [["gpu"]] }] })),
  "services.*.gpus.*.capabilities": gpu,
  "services.*.gpus.*.count": gpu,
  "services.*.gpus.*.device_ids": apart(
    host({ gpus: [{ device_ids: ["5"] }] }, { DeviceRequests: [{ DeviceIDs: ["5"] }] }),
  ),
  "services.*.gpus.*.driver": gpu,
  "services.*.gpus.*.options": gpu,
  "services.*.mem_limit": apart(host({ cpus: 0.25, mem_limit: "48m" }, { Memory: 48 * 2 ** 20 })),
  "services.*.mem_reservation": apart(host({ mem_reservation: "16m" }, { MemoryReservation: 16 * 2 ** 20 })),
  "services.*.mem_swappiness": host({ mem_swappiness: 10 }, { MemorySwappiness: 10 }),
  "services.*.memswap_limit": apart(host({ mem_limit: "48m", memswap_limit: "96m" }, { MemorySwap: 96 * 2 ** 20 })),
  "services.*.oom_kill_disable": apart(host({ oom_kill_disable: true, mem_limit: "48m" }, { OomKillDisable: true })),
  "services.*.oom_score_adj": host({ oom_score_adj: 300 }, { OomScoreAdj: 300 }),
  "services.*.pids_limit": apart(host({ pids_limit: 17 }, { PidsLimit: 17 })),
  "services.*.shm_size": host({ shm_size: "16mb" }, { ShmSize: 16 * 2 ** 20 }),
  "services.*.ulimits": nofile,
  "services.*.ulimits.*.soft": nofile,
  "services.*.ulimits.*.hard": nofile,
};

const networks: Proofs = {
  "services.*.dns": host({ dns: ["192.0.2.53"] }, { Dns: ["192.0.2.53"] }),
  "services.*.dns_opt": host({ dns_opt: ["ndots:3"] }, { DnsOptions: ["ndots:3"] }),
  "services.*.dns_search": host({ dns_search: ["example.org"] }, { DnsSearch: ["example.org"] }),
  "services.*.expose": config(
    { expose: ["4000", "5000-5001/udp"] },
    { ExposedPorts: { "4000/tcp": {}, "5000/udp": {}, "5001/udp": {} } },
  ),
  "services.*.external_links": joined(
    { external_links: ["somebody:friend"], networks: { default: null } },
    (project) => ({
      [`${project}_default`]: { Links: among("somebody:friend") },
    }),
  ),
  "services.*.extra_hosts": host({ extra_hosts: ["elsewhere=192.0.2.7"] }, { ExtraHosts: ["elsewhere:192.0.2.7"] }),
  "services.*.links": joined({ links: ["peer:buddy"], networks: { default: null } }, (project) => ({
    [`${project}_default`]: { Links: among(`${project}-peer-1:buddy`) },
  })),
  "services.*.network_mode": apart(host({ network_mode: "none" }, { NetworkMode: "none" })),
  "services.*.networks": joined({ networks: ["two"] }, (project) => ({ [`${project}_two`]: {} })),
  "services.*.networks.*.aliases": joined({ networks: { one: { aliases: ["other-name"] } } }, (project) => ({
    [`${project}_one`]: { Aliases: among("other-name") },
  })),
  "services.*.networks.*.interface_name": joined({ networks: { one: { interface_name: "eth7" } } }, (project) => ({
    [`${project}_one`]: { DriverOpts: { "com.docker.network.endpoint.ifname": "eth7" } },
  })),
  "services.*.networks.*.ipv4_address": joined({ networks: { one: { ipv4_address: "10.219.7.7" } } }, (project) => ({
    [`${project}_one`]: { IPAMConfig: { IPv4Address: "10.219.7.7" } },
  })),
  "services.*.networks.*.ipv6_address": joined({ networks: { one: { ipv6_address: "fd00:219::7" } } }, (project) => ({
    [`${project}_one`]: { IPAMConfig: { IPv6Address: "fd00:219::7" } },
  })),
  "services.*.networks.*.link_local_ips": joined(
    { networks: { one: { link_local_ips: ["169.254.7.7"] } } },
    (project) => ({ [`${project}_one`]: { IPAMConfig: { LinkLocalIPs: ["169.254.7.7"] } } }),
  ),
  "services.*.networks.*.driver_opts": joined(
    { networks: { one: { driver_opts: { "org.example.a": "b" } } } },
    (project) => ({ [`${project}_one`]: { DriverOpts: { "org.example.a": "b" } } }),
  ),
  "services.*.networks.*.priority": apart(
    container({ networks: { one: { priority: 1 }, two: { priority: 2 } } }, (project) => ({
      HostConfig: { NetworkMode: `${project}_two` },
    })),
  ),
  "services.*.networks.*.gw_priority": joined({ networks: { one: { gw_priority: 9 } } }, (project) => ({
    [`${project}_one`]: { GwPriority: 9 },
  })),
  "services.*.ports": host(
    { ports: ["127.0.0.1::90"] },
    { PortBindings: { "90/tcp": [{ HostIp: "127.0.0.1", HostPort: "" }] } },
  ),
  "services.*.ports.*.target": published,
  "services.*.ports.*.published": published,
  "services.*.ports.*.host_ip": published,
  "services.*.ports.*.protocol": published,
};

/** Shown of the networks that a container joins. */
function joined(given: Definition, shows: (project: string) => object): Proof {
  return container(given, (project) => ({ NetworkSettings: { Networks: shows(project) } }));
}

const mounted = (mount: object, shows: object): Proof => host({ volumes: [mount] }, { Mounts: [shows] });
const seen = (mount: object | string, shows: object): Proof => container({ volumes: [mount] }, { Mounts: [shows] });
const plainBind = { type: "bind", source: "./site", target: "/site" };
const inImage = { type: "image", source: "busybox", target: "/i", image: { subpath: "bin" } };

const mounts: Proofs = {
  "services.*.tmpfs": host({ tmpfs: ["/scratch:size=1m"] }, { Tmpfs: { "/scratch": "size=1m" } }),
  "services.*.volumes": seen("data:/data:ro", { Name: like(/_data$/), Destination: "/data", RW: false }),
  "services.*.volumes.*.type": mounted({ type: "tmpfs", target: "/t" }, { Type: "tmpfs", Target: "/t" }),
  "services.*.volumes.*.source": seen({ type: "volume", source: "data", target: "/d" }, { Name: like(/_data$/) }),
  "services.*.volumes.*.target": seen({ type: "volume", source: "data", target: "/d" }, { Destination: "/d" }),
  "services.*.volumes.*.read_only": seen({ ...plainBind, read_only: true }, { Source: like(/\/site$/), RW: false }),
  "services.*.volumes.*.consistency": host(
    { volumes: [{ ...plainBind, consistency: "cached" }] },
    { Binds: [like(/:\/site:rw,cached$/)] },
  ),
  "services.*.volumes.*.bind.propagation": seen(
    { ...plainBind, bind: { propagation: "rslave" } },
    { Propagation: "rslave" },
  ),
  "services.*.volumes.*.bind.recursive": mounted(
    { ...plainBind, bind: { recursive: "disabled" } },
    { BindOptions: { NonRecursive: true } },
  ),
  "services.*.volumes.*.bind.selinux": host(
    { volumes: [{ ...plainBind, bind: { selinux: "z" } }] },
    { Binds: [like(/:\/site:rw,z$/)] },
  ),
  "services.*.volumes.*.volume.labels": mounted(
    { type: "volume", target: "/l", volume: { labels: { a: "b" } } },
    { VolumeOptions: { Labels: { a: "b" } } },
  ),
  "services.*.volumes.*.volume.nocopy": mounted(
    { type: "volume", source: "data", target: "/n", volume: { nocopy: true } },
    { VolumeOptions: { NoCopy: true } },
  ),
  "services.*.volumes.*.volume.subpath": mounted(
    { type: "volume", source: "data", target: "/p", volume: { subpath: "part" } },
    { VolumeOptions: { Subpath: "part" } },
  ),
  "services.*.volumes.*.tmpfs.size": mounted(
    { type: "tmpfs", target: "/s", tmpfs: { size: "1m", mode: 0o700 } },
    { TmpfsOptions: { SizeBytes: 2 ** 20 } },
  ),
  "services.*.volumes.*.tmpfs.mode": mounted(
    { type: "tmpfs", target: "/s", tmpfs: { size: "1m", mode: 0o700 } },
    { TmpfsOptions: { Mode: 0o700 } },
  ),
  "services.*.volumes.*.image": mounted(inImage, { Type: "image", Source: "busybox", Target: "/i" }),
  "services.*.volumes.*.image.subpath": mounted(inImage, { ImageOptions: { Subpath: "bin" } }),
  "services.*.volumes_from": apart(
    container({ volumes_from: ["peer:ro"] }, { Mounts: [{ Destination: "/of-peer", RW: false }] }),
  ),
};

/** Rows that the inspection of a container proves. */
export const containers: Proofs = {
  ...deploy,
  ...resources,
  ...networks,
  ...mounts,
  "services.*.annotations": host({ annotations: { "org.example.a": "b" } }, { Annotations: { "org.example.a": "b" } }),
  "services.*.cap_add": host({ cap_add: ["NET_ADMIN"] }, { CapAdd: [like(/NET_ADMIN$/)] }),
  "services.*.cap_drop": host({ cap_drop: ["CHOWN"] }, { CapDrop: [like(/CHOWN$/)] }),
  "services.*.command": config({ command: ["sleep", "1000"] }, { Cmd: ["sleep", "1000"] }),
  "services.*.container_name": apart(
    container({ container_name: "${COMPOSE_PROJECT_NAME}-named" }, { Name: like(/-named$/) }),
  ),
  "services.*.domainname": config({ domainname: "example.org" }, { Domainname: "example.org" }),
  "services.*.entrypoint": config({ entrypoint: ["/bin/sh", "-c"] }, { Entrypoint: ["/bin/sh", "-c"] }),
  "services.*.env_file": config({ env_file: "plain.env" }, { Env: among("FROM_FILE=a b") }),
  "services.*.env_file.*.path": apart(config({ env_file: [{ path: "plain.env" }] }, { Env: among("FROM_FILE=a b") })),
  "services.*.env_file.*.format": apart(
    config({ env_file: [{ path: "plain.env", format: "raw" }] }, { Env: among('FROM_FILE="a b" # so') }),
  ),
  "services.*.env_file.*.required": apart(
    config({ env_file: ["plain.env", { path: "absent.env", required: false }] }, { Env: among("FROM_FILE=a b") }),
  ),
  "services.*.environment": config({ environment: { WRITTEN: "yes", PATH: null } }, { Env: among("WRITTEN=yes") }),
  "services.*.extends": config({ extends: "model" }, { Labels: { "org.example.from": "model" } }),
  "services.*.extends.service": config({ extends: { service: "model" } }, { Labels: { "org.example.from": "model" } }),
  "services.*.extends.file": config(
    { extends: { service: "other", file: "other.yaml" } },
    { Labels: { "org.example.from": "other file" } },
  ),
  "services.*.group_add": host({ group_add: ["mail", "1234"] }, { GroupAdd: ["mail", "1234"] }),
  "services.*.healthcheck.test": healthcheck,
  "services.*.healthcheck.interval": healthcheck,
  "services.*.healthcheck.timeout": healthcheck,
  "services.*.healthcheck.retries": healthcheck,
  "services.*.healthcheck.start_period": healthcheck,
  "services.*.healthcheck.start_interval": config(
    { healthcheck: { test: ["CMD", "true"], start_period: "10s", start_interval: "2s" } },
    { Healthcheck: { StartInterval: 2e9 } },
  ),
  "services.*.healthcheck.disable": apart(
    config({ healthcheck: { disable: true } }, { Healthcheck: { Test: ["NONE"] } }),
  ),
  "services.*.hostname": config({ hostname: "here" }, { Hostname: "here" }),
  "services.*.image": config({ image: "alpine" }, { Image: "alpine" }),
  "services.*.init": host({ init: true }, { Init: true }),
  "services.*.ipc": host({ ipc: "shareable" }, { IpcMode: "shareable" }),
  "services.*.label_file": config({ label_file: "labels.env" }, { Labels: { "org.example.filed": "yes" } }),
  "services.*.labels": config(
    { labels: { "org.example.written": "yes" } },
    { Labels: { "org.example.written": "yes" } },
  ),
  "services.*.logging.driver": logging,
  "services.*.logging.options": logging,
  "services.*.pid": host({ pid: "host" }, { PidMode: "host" }),
  "services.*.privileged": apart(host({ privileged: true }, { Privileged: true })),
  "services.*.read_only": host({ read_only: true }, { ReadonlyRootfs: true }),
  "services.*.restart": apart(
    host({ restart: "on-failure:3" }, { RestartPolicy: { Name: "on-failure", MaximumRetryCount: 3 } }),
  ),
  "services.*.runtime": host({ runtime: "io.containerd.runc.v2" }, { Runtime: "io.containerd.runc.v2" }),
  "services.*.security_opt": host(
    { security_opt: ["no-new-privileges:true"] },
    { SecurityOpt: among("no-new-privileges:true") },
  ),
  "services.*.stdin_open": config({ stdin_open: true }, { OpenStdin: true }),
  "services.*.stop_grace_period": config({ stop_grace_period: "1m30s" }, { StopTimeout: 90 }),
  "services.*.stop_signal": config({ stop_signal: "SIGUSR1" }, { StopSignal: "SIGUSR1" }),
  "services.*.sysctls": apart(
    host({ sysctls: { "net.core.somaxconn": 128 } }, { Sysctls: { "net.core.somaxconn": "128" } }),
  ),
  "services.*.tty": config({ tty: true }, { Tty: true }),
  "services.*.user": config({ user: "1234:5678" }, { User: "1234:5678" }),
  "services.*.userns_mode": host({ userns_mode: "host" }, { UsernsMode: "host" }),
  "services.*.uts": apart(host({ uts: "host" }, { UTSMode: "host" })),
  "services.*.working_dir": config({ working_dir: "/tmp" }, { WorkingDir: "/tmp" }),
};
