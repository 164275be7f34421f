// The part of the OCI runtime configuration (https://github.com/opencontainers/runtime-spec, 1.0) that we write.

/** `config.json` of a bundle. */
export interface OciConfig {
  readonly ociVersion: string;
  readonly process: OciProcess;
  readonly root: { readonly path: string; readonly readonly?: boolean };
  readonly hostname?: string;
  readonly domainname?: string;
  readonly mounts: readonly OciMount[];
  readonly annotations?: Readonly<Record<string, string>>;
  readonly linux: {
    readonly sysctl?: Readonly<Record<string, string>>;
    readonly resources: OciResources;
    readonly cgroupsPath: string;
    readonly namespaces: readonly { readonly type: OciNamespace; readonly path?: string }[];
    readonly devices?: readonly OciDevice[];
    readonly seccomp?: OciSeccomp;
    readonly maskedPaths?: readonly string[];
    readonly readonlyPaths?: readonly string[];
    readonly rootfsPropagation?: string;
  };
}

/** For a runtime that makes no control groups. */
export interface OciConfigWithoutCgroups extends Omit<OciConfig, "linux"> {
  readonly linux: Omit<OciConfig["linux"], "resources" | "cgroupsPath">;
}

/** A process: a container's first one, or one that joins it. */
export interface OciProcess {
  readonly terminal?: boolean;
  readonly consoleSize?: { readonly height: number; readonly width: number };
  readonly user: OciUser;
  readonly args: readonly string[];
  readonly env: readonly string[];
  readonly cwd: string;
  readonly capabilities: Readonly<Record<"bounding" | "effective" | "permitted", readonly string[]>>;
  readonly rlimits?: readonly { readonly type: string; readonly soft: OciLimit; readonly hard: OciLimit }[];
  readonly noNewPrivileges: boolean;
  readonly apparmorProfile?: string;
  readonly oomScoreAdj: number;
}

/** No limit is 2^64 - 1 on the wire, which JavaScript cannot hold. */
export type OciLimit = number | "unlimited";

/** Whom a process runs as, in numbers. */
export interface OciUser {
  readonly uid: number;
  readonly gid: number;
  readonly additionalGids: readonly number[];
}

/** A mount, done in the order of the list. */
export interface OciMount {
  readonly destination: string;
  readonly type: string;
  readonly source: string;
  readonly options: readonly string[];
}

/** A kind of namespace. */
export type OciNamespace = "cgroup" | "ipc" | "mount" | "network" | "pid" | "uts";

/** A device file in the container. */
export interface OciDevice {
  readonly path: string;
  readonly type: "b" | "c" | "p";
  readonly major: number;
  readonly minor: number;
  readonly fileMode: number;
  readonly uid: number;
  readonly gid: number;
}

/** A rule on devices; the last one that fits decides. */
export interface OciDeviceRule {
  readonly allow: boolean;
  readonly type?: string;
  readonly major?: number;
  readonly minor?: number;
  readonly access: string;
}

/** Limits, in the terms of cgroup v1: runtimes translate them for v2. */
export interface OciResources {
  readonly devices: readonly OciDeviceRule[];
  readonly memory?: {
    readonly limit?: number;
    readonly reservation?: number;
    /** Memory and swap together; -1 for no limit. */
    readonly swap?: number;
    readonly swappiness?: number;
    readonly disableOOMKiller?: boolean;
  };
  readonly cpu?: {
    readonly shares?: number;
    /** Microseconds of each period. */
    readonly quota?: number;
    readonly period?: number;
    readonly realtimePeriod?: number;
    readonly realtimeRuntime?: number;
    readonly cpus?: string;
    readonly mems?: string;
  };
  readonly pids?: { readonly limit: number };
  readonly blockIO?: OciBlockIo;
}

/** Shares and limits of block devices; rates in bytes or operations a second. */
export interface OciBlockIo {
  readonly weight?: number;
  readonly weightDevice?: readonly { readonly major: number; readonly minor: number; readonly weight: number }[];
  readonly throttleReadBpsDevice?: readonly OciThrottle[];
  readonly throttleWriteBpsDevice?: readonly OciThrottle[];
  readonly throttleReadIOPSDevice?: readonly OciThrottle[];
  readonly throttleWriteIOPSDevice?: readonly OciThrottle[];
}

/** The limit of one block device. */
export interface OciThrottle {
  readonly major: number;
  readonly minor: number;
  readonly rate: number;
}

/** A filter of system calls, settled for one container. */
export interface OciSeccomp {
  readonly defaultAction: string;
  readonly defaultErrnoRet?: number;
  readonly architectures: readonly string[];
  readonly syscalls: readonly {
    readonly names: readonly string[];
    readonly action: string;
    readonly errnoRet?: number;
    readonly args?: readonly {
      readonly index: number;
      readonly value: number;
      readonly valueTwo?: number;
      readonly op: string;
    }[];
  }[];
}

/** The text of a configuration or a process, for a runtime. */
export function ociJson(value: OciConfig | OciConfigWithoutCgroups | OciProcess): string {
  // Inside of a JSON string the quotes would be escaped: this finds numbers only.
  return JSON.stringify(value).replaceAll(/("(?:soft|hard)":)"unlimited"/g, `$1${2n ** 64n - 1n}`);
}
