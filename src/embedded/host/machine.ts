import { readFileSync } from "node:fs";
import { arch, cpus, hostname, release, totalmem, version } from "node:os";

/** What `/info` and `/version` tell of the machine. */
export interface MachineFacts {
  /** As `uname -m` has it: `x86_64`. */
  readonly machine: string;
  /** As Go and the OCI name it: `amd64`. */
  readonly architecture: string;
  readonly kernel: string;
  readonly kernelBuild: string;
  readonly distribution: string;
  readonly cpuCount: number;
  readonly memoryBytes: number;
  readonly hostname: string;
  readonly cgroupVersion: "1" | "2";
  /** cgroup v1 with a cgroup v2 beside it, which crun does not like. */
  readonly isHybrid: boolean;
}

const goNames: Readonly<Record<string, string>> = { x64: "amd64", arm64: "arm64", arm: "arm", ia32: "386" };
const unameNames: Readonly<Record<string, string>> = { x64: "x86_64", arm64: "aarch64", arm: "armv7l", ia32: "i686" };

/** Looks at this machine. */
export function machineFacts(): MachineFacts {
  return {
    machine: unameNames[arch()] ?? arch(),
    architecture: goNames[arch()] ?? arch(),
    kernel: release(),
    kernelBuild: version(),
    distribution: distribution(),
    cpuCount: cpus().length,
    memoryBytes: totalmem(),
    hostname: hostname(),
    cgroupVersion: isFile("/sys/fs/cgroup/cgroup.controllers") ? "2" : "1",
    isHybrid: isFile("/sys/fs/cgroup/unified/cgroup.controllers"),
  };
}

function distribution(): string {
  const line = /^PRETTY_NAME=(?<quote>["']?)(?<name>.*)\k<quote>$/m.exec(readOr("/etc/os-release", ""));
  return line?.groups?.["name"] ?? "Linux";
}

function isFile(path: string): boolean {
  return readOr(path, undefined) !== undefined;
}

function readOr<T>(path: string, instead: T): string | T {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return instead;
  }
}
