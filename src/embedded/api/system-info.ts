import type { MachineFacts } from "../host/machine.ts";
import type { Apparmor } from "../runtime/apparmor.ts";
import type { LimitFacts } from "../runtime/limit-warnings.ts";

/** What `GET /info` tells of. */
export interface SystemInfoParts {
  /** This engine's own version. */
  readonly version: string;
  /** Of this engine, the same as long as its data exists. */
  readonly id: string;
  readonly dataRoot: string;
  /** As Docker names it: `extfs`. */
  readonly fileSystem: string;
  readonly machine: MachineFacts;
  readonly limits: LimitFacts;
  /** The engine of an ordinary user. */
  readonly isRootless: boolean;
  readonly apparmor: Apparmor;
  readonly hasSeccomp: boolean;
  /** Path of the init program; `undefined` when the machine has none. */
  readonly init: string | undefined;
  /** `crun` or `runc` with its version. */
  readonly runtime: { readonly name: string; readonly version: string };
  readonly now: () => string;
  readonly counts: () => Counts;
  /** Whether the host forwards IPv4 at the moment. */
  readonly forwardsIpv4: () => boolean;
}

/** What there is at the moment. */
export interface Counts {
  readonly containers: number;
  readonly running: number;
  readonly paused: number;
  readonly stopped: number;
  readonly images: number;
}

/** Answer of `GET /info`. What root's engine cannot do without (memory, cpu, pids) is there when it answers. */
export async function systemInfo(parts: SystemInfoParts): Promise<object> {
  const { version, id, dataRoot, machine, limits, runtime, now, counts } = parts;
  const { containers, running, paused, stopped, images } = counts();
  const forwardsIpv4 = parts.forwardsIpv4();
  return {
    ID: id,
    Containers: containers,
    ContainersRunning: running,
    ContainersPaused: paused,
    ContainersStopped: stopped,
    Images: images,
    Driver: "overlay2",
    DriverStatus: [["Backing Filesystem", parts.fileSystem]],
    Plugins: {
      Volume: ["local"],
      Network: ["bridge", "host", "macvlan", "null"],
      Authorization: null,
      Log: ["json-file", "local", "none"],
    },
    MemoryLimit: limits.hasCgroups,
    SwapLimit: limits.countsSwap,
    CpuCfsPeriod: limits.hasCgroups,
    CpuCfsQuota: limits.hasCgroups,
    CPUShares: limits.hasCgroups,
    CPUSet: limits.hasCpusets,
    PidsLimit: limits.hasCgroups,
    IPv4Forwarding: forwardsIpv4,
    Debug: false,
    NFd: 0,
    OomKillDisable: limits.hasCgroups && limits.cgroupVersion === 1,
    NGoroutines: 0,
    SystemTime: now(),
    LoggingDriver: "json-file",
    CgroupDriver: limits.hasCgroups ? "cgroupfs" : "none",
    CgroupVersion: machine.cgroupVersion,
    NEventsListener: 0,
    KernelVersion: machine.kernel,
    OperatingSystem: machine.distribution,
    OSVersion: "",
    OSType: "linux",
    Architecture: machine.machine,
    IndexServerAddress: "https://index.docker.io/v1/",
    RegistryConfig: { IndexConfigs: {}, InsecureRegistryCIDRs: ["127.0.0.0/8", "::1/128"], Mirrors: [] },
    NCPU: machine.cpuCount,
    MemTotal: machine.memoryBytes,
    GenericResources: null,
    DockerRootDir: dataRoot,
    HttpProxy: "",
    HttpsProxy: "",
    NoProxy: "",
    Name: machine.hostname,
    Labels: [],
    ExperimentalBuild: false,
    ServerVersion: version,
    Runtimes: { [runtime.name]: { path: runtime.name } },
    DefaultRuntime: runtime.name,
    Swarm: {
      NodeID: "",
      NodeAddr: "",
      LocalNodeState: "inactive",
      ControlAvailable: false,
      Error: "",
      RemoteManagers: null,
    },
    LiveRestoreEnabled: true,
    Isolation: "",
    InitBinary: parts.init ?? "",
    ContainerdCommit: { ID: "" },
    RuncCommit: { ID: "" },
    InitCommit: { ID: "" },
    SecurityOptions: securityOptions(parts),
    CDISpecDirs: null,
    Warnings: warnings(limits, forwardsIpv4),
  };
}

function securityOptions({ apparmor, hasSeccomp, limits, isRootless }: SystemInfoParts): readonly string[] {
  return [
    ...(apparmor.kind === "on" ? ["name=apparmor"] : []),
    ...(hasSeccomp ? ["name=seccomp,profile=builtin"] : []),
    ...(limits.hasCgroups && limits.cgroupVersion === 2 ? ["name=cgroupns"] : []),
    ...(isRootless ? ["name=rootless"] : []),
  ];
}

/** In dockerd's words; `null` for none. */
function warnings({ hasCgroups, countsSwap, hasCpusets }: LimitFacts, forwardsIpv4: boolean): readonly string[] | null {
  const found = [
    ...(hasCgroups ? [] : ["WARNING: Running in rootless-mode without cgroups: containers have no limits"]),
    ...(countsSwap ? [] : ["WARNING: No swap limit support"]),
    ...(hasCpusets ? [] : ["WARNING: No cpuset support"]),
    ...(forwardsIpv4 ? [] : ["WARNING: IPv4 forwarding is disabled"]),
  ];
  return found.length === 0 ? null : found;
}
