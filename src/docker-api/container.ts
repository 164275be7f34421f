// Wire types of the Docker Engine API (https://docs.docker.com/reference/api/engine/), as far as both sides use them.

/** Body of `POST /containers/create`. */
export interface ContainerCreateBody {
  readonly Image?: string;
  readonly Hostname?: string;
  readonly Domainname?: string;
  readonly User?: string;
  readonly AttachStdin?: boolean;
  readonly AttachStdout?: boolean;
  readonly AttachStderr?: boolean;
  readonly ExposedPorts?: Record<string, Record<string, never>>;
  readonly Tty?: boolean;
  readonly OpenStdin?: boolean;
  readonly StdinOnce?: boolean;
  readonly Env?: readonly string[];
  readonly Cmd?: readonly string[] | null;
  readonly Entrypoint?: readonly string[] | null;
  readonly Healthcheck?: HealthConfig;
  readonly Volumes?: Record<string, Record<string, never>>;
  readonly WorkingDir?: string;
  readonly NetworkDisabled?: boolean;
  readonly MacAddress?: string;
  readonly Labels?: Record<string, string>;
  readonly StopSignal?: string;
  /** Seconds. */
  readonly StopTimeout?: number;
  readonly HostConfig?: HostConfig;
  readonly NetworkingConfig?: { readonly EndpointsConfig: Record<string, EndpointSettings> };
}

/** Health probe; times in nanoseconds. */
export interface HealthConfig {
  readonly Test?: readonly string[];
  readonly Interval?: number;
  readonly Timeout?: number;
  readonly Retries?: number;
  readonly StartPeriod?: number;
  readonly StartInterval?: number;
}

/** Where a container port is published. */
export interface PortBinding {
  readonly HostIp: string;
  readonly HostPort: string;
}

/** A mount that needs more than a bind string. */
export interface MountBody {
  readonly Type: string;
  readonly Source?: string;
  readonly Target: string;
  readonly ReadOnly?: boolean;
  readonly Consistency?: string;
  readonly BindOptions?: {
    readonly Propagation?: string;
    readonly NonRecursive?: boolean;
    readonly CreateMountpoint?: boolean;
    readonly ReadOnlyNonRecursive?: boolean;
    readonly ReadOnlyForceRecursive?: boolean;
  };
  readonly VolumeOptions?: {
    readonly NoCopy?: boolean;
    readonly Labels?: Record<string, string>;
    readonly Subpath?: string;
    readonly DriverConfig?: { readonly Name?: string; readonly Options?: Record<string, string> };
  };
  readonly ImageOptions?: { readonly Subpath?: string };
  readonly TmpfsOptions?: { readonly SizeBytes?: number; readonly Mode?: number };
}

/** A throttled block device. */
export interface ThrottleDeviceBody {
  readonly Path: string;
  readonly Rate: number;
}

/** A request for devices by capability. */
export interface DeviceRequestBody {
  readonly Driver?: string;
  readonly Count?: number;
  readonly DeviceIDs?: readonly string[];
  readonly Capabilities?: readonly (readonly string[])[];
  readonly Options?: Record<string, string>;
}

/** How the host treats a container. */
export interface HostConfig {
  readonly Binds?: readonly string[];
  /** Clients send `null` for no options. */
  readonly LogConfig?: { readonly Type?: string; readonly Config?: Record<string, string> | null };
  readonly NetworkMode?: string;
  readonly PortBindings?: Record<string, readonly PortBinding[]>;
  readonly RestartPolicy?: { readonly Name: string; readonly MaximumRetryCount?: number };
  readonly AutoRemove?: boolean;
  readonly VolumeDriver?: string;
  readonly VolumesFrom?: readonly string[];
  readonly Mounts?: readonly MountBody[];
  readonly ConsoleSize?: readonly [number, number];
  readonly Annotations?: Record<string, string>;
  readonly CapAdd?: readonly string[];
  readonly CapDrop?: readonly string[];
  readonly CgroupnsMode?: string;
  readonly Dns?: readonly string[];
  readonly DnsOptions?: readonly string[];
  readonly DnsSearch?: readonly string[];
  readonly ExtraHosts?: readonly string[];
  readonly GroupAdd?: readonly string[];
  readonly IpcMode?: string;
  readonly Cgroup?: string;
  readonly Links?: readonly string[];
  readonly OomScoreAdj?: number;
  readonly PidMode?: string;
  readonly Privileged?: boolean;
  readonly PublishAllPorts?: boolean;
  readonly ReadonlyRootfs?: boolean;
  readonly SecurityOpt?: readonly string[];
  readonly StorageOpt?: Record<string, string>;
  readonly Tmpfs?: Record<string, string>;
  readonly UTSMode?: string;
  readonly UsernsMode?: string;
  readonly ShmSize?: number;
  readonly Sysctls?: Record<string, string>;
  readonly Runtime?: string;
  readonly Isolation?: string;
  readonly MaskedPaths?: readonly string[];
  readonly ReadonlyPaths?: readonly string[];
  readonly Init?: boolean;
  readonly CpuShares?: number;
  readonly Memory?: number;
  readonly NanoCpus?: number;
  readonly CgroupParent?: string;
  readonly BlkioWeight?: number;
  readonly BlkioWeightDevice?: readonly { readonly Path: string; readonly Weight: number }[];
  readonly BlkioDeviceReadBps?: readonly ThrottleDeviceBody[];
  readonly BlkioDeviceWriteBps?: readonly ThrottleDeviceBody[];
  readonly BlkioDeviceReadIOps?: readonly ThrottleDeviceBody[];
  readonly BlkioDeviceWriteIOps?: readonly ThrottleDeviceBody[];
  readonly CpuPeriod?: number;
  readonly CpuQuota?: number;
  readonly CpuRealtimePeriod?: number;
  readonly CpuRealtimeRuntime?: number;
  readonly CpusetCpus?: string;
  readonly CpusetMems?: string;
  readonly Devices?: readonly {
    readonly PathOnHost: string;
    readonly PathInContainer: string;
    readonly CgroupPermissions: string;
  }[];
  readonly DeviceCgroupRules?: readonly string[];
  readonly DeviceRequests?: readonly DeviceRequestBody[];
  readonly MemoryReservation?: number;
  readonly MemorySwap?: number;
  readonly MemorySwappiness?: number;
  readonly OomKillDisable?: boolean;
  readonly PidsLimit?: number;
  readonly Ulimits?: readonly { readonly Name: string; readonly Soft: number; readonly Hard: number }[];
  readonly CpuCount?: number;
  readonly CpuPercent?: number;
}

/** Body of `POST /containers/{id}/update`: what can change while a container runs. */
export type ContainerUpdateBody = Pick<
  HostConfig,
  | "Memory"
  | "MemorySwap"
  | "MemoryReservation"
  | "NanoCpus"
  | "CpuShares"
  | "CpuPeriod"
  | "CpuQuota"
  | "CpusetCpus"
  | "PidsLimit"
  | "RestartPolicy"
>;

/** How a container joins a network. */
export interface EndpointSettings {
  readonly IPAMConfig?: {
    readonly IPv4Address?: string;
    readonly IPv6Address?: string;
    readonly LinkLocalIPs?: readonly string[];
  } | null;
  readonly Links?: readonly string[] | null;
  readonly Aliases?: readonly string[] | null;
  readonly MacAddress?: string;
  readonly DriverOpts?: Record<string, string> | null;
  readonly GwPriority?: number;
  readonly NetworkID?: string;
  readonly EndpointID?: string;
  readonly IPAddress?: string;
  readonly IPPrefixLen?: number;
  readonly Gateway?: string;
  readonly GlobalIPv6Address?: string;
  readonly GlobalIPv6PrefixLen?: number;
  readonly IPv6Gateway?: string;
  readonly DNSNames?: readonly string[] | null;
}

/** One row of `GET /containers/json`. */
export interface ContainerSummary {
  readonly Id: string;
  readonly Names: readonly string[];
  readonly Image: string;
  readonly ImageID: string;
  readonly Command: string;
  /** Unix seconds. */
  readonly Created: number;
  readonly Ports: readonly {
    readonly IP?: string;
    readonly PrivatePort: number;
    readonly PublicPort?: number;
    readonly Type: string;
  }[];
  readonly SizeRw?: number;
  readonly SizeRootFs?: number;
  readonly Labels: Record<string, string>;
  readonly State: string;
  readonly Status: string;
  readonly HostConfig?: { readonly NetworkMode?: string };
  readonly NetworkSettings?: { readonly Networks?: Record<string, EndpointSettings> | null };
  readonly Mounts?: readonly MountPoint[];
}

/** What is mounted in a container, as the engine tells it. */
export interface MountPoint {
  readonly Type?: string;
  readonly Name?: string;
  readonly Source: string;
  readonly Destination: string;
  readonly Driver?: string;
  readonly Mode?: string;
  readonly RW: boolean;
  readonly Propagation?: string;
}

/** State in `GET /containers/{id}/json`. */
export interface ContainerStateBody {
  readonly Status: string;
  readonly Running: boolean;
  readonly Paused: boolean;
  readonly Restarting: boolean;
  readonly OOMKilled: boolean;
  readonly Dead: boolean;
  readonly Pid: number;
  readonly ExitCode: number;
  readonly Error: string;
  readonly StartedAt: string;
  readonly FinishedAt: string;
  readonly Health?: {
    readonly Status: string;
    readonly FailingStreak: number;
    readonly Log?: readonly {
      readonly Start: string;
      readonly End: string;
      readonly ExitCode: number;
      readonly Output: string;
    }[];
  } | null;
}

/** Answer of `GET /containers/{id}/json`. */
export interface ContainerInspect {
  readonly Id: string;
  readonly Created: string;
  readonly Name: string;
  readonly Image: string;
  readonly RestartCount: number;
  readonly State: ContainerStateBody;
  readonly Config: ContainerCreateBody & {
    readonly Image: string;
    readonly Labels: Record<string, string>;
    /** What text commands are given to; absent: `/bin/sh -c`. */
    readonly Shell?: readonly string[] | null;
  };
  readonly HostConfig: HostConfig;
  readonly Mounts: readonly MountPoint[];
  readonly NetworkSettings: {
    readonly Networks: Record<string, EndpointSettings>;
    readonly Ports?: Record<string, readonly PortBinding[] | null>;
  };
}
