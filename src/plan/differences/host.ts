import type { HostConfig } from "../../docker-api/container.ts";
import { compare, compareMaps, isSame } from "./compare.ts";

/** How the host would treat a container differently, in the words of the file. */
export function hostDifferences(wanted: HostConfig, actual: HostConfig): string[] {
  return [
    ...valueAttributes.flatMap(([key, attribute, ...defaults]) =>
      wanted[key] === undefined && defaults.some((value) => isSame(value, actual[key]))
        ? []
        : compare(attribute, withoutPrefix(actual[key]), withoutPrefix(wanted[key])),
    ),
    ...mapAttributes.flatMap(([key, attribute]) => compareMaps(attribute, asMap(actual[key]), asMap(wanted[key]))),
    ...compare("restart", restartText(actual.RestartPolicy), restartText(wanted.RestartPolicy)),
    ...compareMaps("ulimits", ulimitTexts(actual), ulimitTexts(wanted)),
    ...compare("devices", deviceTexts(actual), deviceTexts(wanted)),
    ...loggingDifferences(wanted.LogConfig, actual.LogConfig),
    ...swapDifferences(wanted, actual),
  ];
}

type Key = keyof HostConfig;

/** Attributes with a single value or a list; then what the engine fills in where nothing is asked for. */
const valueAttributes: readonly (readonly [Key, string, ...unknown[]])[] = [
  ["NetworkMode", "network_mode", "default", "bridge"],
  ["CapAdd", "cap_add"],
  ["CapDrop", "cap_drop"],
  ["CgroupnsMode", "cgroup", "host", "private"],
  ["Dns", "dns"],
  ["DnsOptions", "dns_opt"],
  ["DnsSearch", "dns_search"],
  ["ExtraHosts", "extra_hosts"],
  ["GroupAdd", "group_add"],
  ["Init", "init"],
  ["IpcMode", "ipc", "private", "shareable"],
  ["Isolation", "isolation", "default"],
  ["Links", "links"],
  ["OomScoreAdj", "oom_score_adj"],
  ["PidMode", "pid"],
  ["Privileged", "privileged"],
  ["ReadonlyRootfs", "read_only"],
  ["Runtime", "runtime", "runc"],
  ["SecurityOpt", "security_opt"],
  ["ShmSize", "shm_size", 67_108_864],
  ["UTSMode", "uts"],
  ["UsernsMode", "userns_mode"],
  ["VolumeDriver", "volume_driver"],
  ["VolumesFrom", "volumes_from"],
  ["CgroupParent", "cgroup_parent"],
  ["Memory", "mem_limit"],
  ["MemorySwappiness", "mem_swappiness", -1],
  ["MemoryReservation", "mem_reservation"],
  ["OomKillDisable", "oom_kill_disable"],
  ["PidsLimit", "pids_limit"],
  ["CpuCount", "cpu_count"],
  ["CpuPercent", "cpu_percent"],
  ["CpuPeriod", "cpu_period"],
  ["CpuQuota", "cpu_quota"],
  ["CpuRealtimePeriod", "cpu_rt_period"],
  ["CpuRealtimeRuntime", "cpu_rt_runtime"],
  ["CpuShares", "cpu_shares"],
  ["NanoCpus", "cpus"],
  ["CpusetCpus", "cpuset"],
  ["DeviceCgroupRules", "device_cgroup_rules"],
  ["DeviceRequests", "gpus"],
  ["BlkioWeight", "blkio_config.weight"],
  ["BlkioWeightDevice", "blkio_config.weight_device"],
  ["BlkioDeviceReadBps", "blkio_config.device_read_bps"],
  ["BlkioDeviceReadIOps", "blkio_config.device_read_iops"],
  ["BlkioDeviceWriteBps", "blkio_config.device_write_bps"],
  ["BlkioDeviceWriteIOps", "blkio_config.device_write_iops"],
];

const mapAttributes: readonly (readonly [Key, string])[] = [
  ["StorageOpt", "storage_opt"],
  ["Sysctls", "sysctls"],
  ["Tmpfs", "tmpfs"],
  ["Annotations", "annotations"],
];

function asMap(value: HostConfig[Key]): Record<string, unknown> {
  return typeof value === "object" && !Array.isArray(value) ? Object.fromEntries(Object.entries(value ?? {})) : {};
}

/** `CAP_NET_ADMIN` and `NET_ADMIN` are the same to the engine. */
function withoutPrefix(value: unknown): unknown {
  return Array.isArray(value)
    ? value.map((each) => (typeof each === "string" ? each.replace(/^CAP_/, "") : each))
    : value;
}

/** A restart policy as the file has it: `on-failure:3`; none: the empty text. */
export function restartText(policy: HostConfig["RestartPolicy"]): string {
  const { Name = "", MaximumRetryCount = 0 } = policy ?? {};
  if (Name === "" || Name === "no") return "";
  return MaximumRetryCount > 0 ? `${Name}:${MaximumRetryCount}` : Name;
}

function ulimitTexts({ Ulimits }: HostConfig): Record<string, string> {
  return Object.fromEntries(
    (Ulimits ?? []).map(({ Name, Soft, Hard }) => [Name, Soft === Hard ? `${Soft}` : `${Soft}:${Hard}`]),
  );
}

function deviceTexts({ Devices }: HostConfig): string[] {
  return (Devices ?? []).map(({ PathOnHost, PathInContainer, CgroupPermissions }) =>
    [PathOnHost, PathInContainer, CgroupPermissions].join(":"),
  );
}

/** The engine doubles the memory limit where no swap limit is given. */
function swapDifferences(wanted: HostConfig, { MemorySwap: actual = 0, Memory: memory = 0 }: HostConfig): string[] {
  const isDefault = actual === 2 * memory || actual === -1;
  return wanted.MemorySwap === undefined && isDefault ? [] : compare("memswap_limit", actual, wanted.MemorySwap);
}

/** The engine's own default driver may be any: only what was asked for can differ. */
function loggingDifferences(wanted: HostConfig["LogConfig"], actual: HostConfig["LogConfig"]): string[] {
  if (wanted === undefined) return Object.keys(actual?.Config ?? {}).length > 0 ? ["logging left to the engine"] : [];
  return [
    ...(wanted.Type === undefined ? [] : compare("logging.driver", actual?.Type, wanted.Type)),
    ...compareMaps("logging.options", actual?.Config, wanted.Config),
  ];
}
