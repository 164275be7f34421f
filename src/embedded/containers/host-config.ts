import type { HostConfig } from "../../docker-api/container.ts";
import { badRequest } from "../api/http-error.ts";
import { maskedPaths, readonlyPaths } from "../runtime/security.ts";

/** What a container gets that asks for nothing: the values that inspect shows, as Docker's. */
export function completeHostConfig(
  wish: HostConfig,
  { cgroupVersion, runtime }: { readonly cgroupVersion: "1" | "2"; readonly runtime: string },
): HostConfig {
  const isPrivileged = wish.Privileged === true;
  const { NetworkMode } = wish;
  return {
    ...defaults,
    MaskedPaths: isPrivileged ? [] : maskedPaths,
    ReadonlyPaths: isPrivileged ? [] : readonlyPaths,
    ...withoutNulls(wish),
    NetworkMode: NetworkMode === undefined || NetworkMode === "" || NetworkMode === "default" ? "bridge" : NetworkMode,
    LogConfig: { Type: wish.LogConfig?.Type || "json-file", Config: wish.LogConfig?.Config ?? {} },
    RestartPolicy: {
      Name: wish.RestartPolicy?.Name || "no",
      MaximumRetryCount: wish.RestartPolicy?.MaximumRetryCount ?? 0,
    },
    ShmSize: wish.ShmSize || defaults.ShmSize,
    IpcMode: wish.IpcMode || "private",
    CgroupnsMode: wish.CgroupnsMode || (cgroupVersion === "2" && !isPrivileged ? "private" : "host"),
    Runtime: wish.Runtime || runtime,
    PortBindings: wish.PortBindings ?? {},
  };
}

const defaults = {
  Binds: null as unknown as readonly string[],
  ContainerIDFile: "",
  AutoRemove: false,
  VolumeDriver: "",
  ConsoleSize: [0, 0] as const,
  GroupAdd: [],
  Cgroup: "",
  Dns: [],
  DnsOptions: [],
  DnsSearch: [],
  ExtraHosts: [],
  OomScoreAdj: 0,
  PidMode: "",
  Privileged: false,
  PublishAllPorts: false,
  ReadonlyRootfs: false,
  UTSMode: "",
  UsernsMode: "",
  ShmSize: 64 * 1024 * 1024,
  Isolation: "",
  CpuShares: 0,
  Memory: 0,
  NanoCpus: 0,
  CgroupParent: "",
  BlkioWeight: 0,
  BlkioWeightDevice: [],
  BlkioDeviceReadBps: [],
  BlkioDeviceWriteBps: [],
  BlkioDeviceReadIOps: [],
  BlkioDeviceWriteIOps: [],
  CpuPeriod: 0,
  CpuQuota: 0,
  CpuRealtimePeriod: 0,
  CpuRealtimeRuntime: 0,
  CpusetCpus: "",
  CpusetMems: "",
  Devices: [],
  MemoryReservation: 0,
  MemorySwap: 0,
  Ulimits: [],
  CpuCount: 0,
  CpuPercent: 0,
};

const policies = new Set(["", "no", "always", "unless-stopped", "on-failure"]);
const drivers = new Set(["", "json-file", "local", "none"]);
/** The engine's own, and the names of Docker's own: who says one of them wants no other than the usual. */
const runtimes = new Set(["", "crun", "runc", "io.containerd.runc.v2"]);

/** Refuses what Docker refuses of a host configuration, and what this engine cannot do. Throws 400. */
export function checkHostConfig({
  RestartPolicy,
  AutoRemove,
  LogConfig,
  IpcMode = "",
  PidMode = "",
  Runtime,
  StorageOpt,
}: HostConfig): void {
  const policy = RestartPolicy?.Name ?? "";
  const retries = RestartPolicy?.MaximumRetryCount ?? 0;
  if (!policies.has(policy))
    throw badRequest(
      `invalid restart policy: unknown policy '${policy}'; use one of 'no', 'always', 'on-failure', or 'unless-stopped'`,
    );
  if (retries < 0) throw badRequest("invalid restart policy: maximum retry count cannot be negative");
  if (retries > 0 && policy !== "on-failure") {
    throw badRequest("invalid restart policy: maximum retry count can only be used with 'on-failure'");
  }
  if (AutoRemove === true && policy !== "" && policy !== "no") {
    throw badRequest("can't create 'AutoRemove' container with restart policy");
  }
  if (!drivers.has(LogConfig?.Type ?? "")) {
    throw badRequest(`logger: no log driver named '${LogConfig?.Type}' is registered`);
  }
  if (!runtimes.has(Runtime ?? "")) throw badRequest(`unknown or invalid runtime name: ${Runtime}`);
  if (Object.keys(StorageOpt ?? {}).length > 0) {
    throw badRequest("--storage-opt is not supported: the engine sets no limits to the size of a container's layer");
  }
  if (!/^(|private|shareable|none|host|container:.+)$/.test(IpcMode)) throw badRequest(`invalid IPC mode: ${IpcMode}`);
  if (!/^(|private|host|container:.+)$/.test(PidMode)) throw badRequest(`invalid PID mode: ${PidMode}`);
}

/** Clients send `null` for what was not said. */
function withoutNulls(wish: HostConfig): HostConfig {
  return Object.fromEntries(Object.entries(wish).filter(([, value]) => value !== null && value !== undefined));
}
