import { existsSync, readFileSync } from "node:fs";
import { arch, release } from "node:os";
import type { Apparmor } from "../runtime/apparmor.ts";
import { capabilityAt } from "../runtime/capabilities.ts";
import type { HostFacts } from "../runtime/oci-spec.ts";
import { blockDevice } from "./devices.ts";
import type { ResourceFacts } from "../runtime/resources.ts";

/** How this machine can confine containers. */
export function isolationFacts(apparmor: Apparmor): HostFacts {
  const status = readFileSync("/proc/self/status", "utf8");
  const granted = capabilitiesIn(/^CapBnd:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? "0");
  return {
    machine: arch(),
    kernel: release(),
    hasSeccomp: /^Seccomp:/m.test(status),
    apparmor,
    mayGrant: (capability) => granted.has(capability),
  };
}

/** What this machine's control groups can limit. */
export function limitFacts({ hasCgroups }: Pick<ResourceFacts, "hasCgroups">): Omit<ResourceFacts, "deviceRules"> {
  const isUnified = existsSync("/sys/fs/cgroup/cgroup.controllers");
  const ownGroup = /^0::(.*)$/m.exec(readFileSync("/proc/self/cgroup", "utf8"))?.[1] ?? "/";
  const weights = isUnified
    ? [`/sys/fs/cgroup${ownGroup}/io.weight`, `/sys/fs/cgroup${ownGroup}/io.bfq.weight`]
    : ["/sys/fs/cgroup/blkio/blkio.weight", "/sys/fs/cgroup/blkio/blkio.bfq.weight"];
  return {
    hasCgroups,
    cgroupVersion: isUnified ? 2 : 1,
    // v2 always counts it; v1 only when the kernel was told so.
    countsSwap: isUnified || existsSync("/sys/fs/cgroup/memory/memory.memsw.limit_in_bytes"),
    hasCpusets: isUnified
      ? readFileSync("/sys/fs/cgroup/cgroup.controllers", "utf8").trim().split(" ").includes("cpuset")
      : existsSync("/sys/fs/cgroup/cpuset/cpuset.cpus"),
    weighsBlocks: weights.some((path) => existsSync(path)),
    blockDevice,
  };
}

function capabilitiesIn(hexadecimal: string): ReadonlySet<string> {
  const bits = BigInt(`0x${hexadecimal}`);
  const names = new Set<string>();
  for (let number = 0; ; number += 1) {
    const name = capabilityAt(number);
    if (name === undefined) return names;
    if ((bits >> BigInt(number)) & 1n) names.add(name);
  }
}
