import type { HostConfig } from "../../docker-api/container.ts";
import type { ResourceFacts } from "./resources.ts";

/** What this machine can limit, as far as a wish may have to be dropped. */
export type LimitFacts = Pick<
  ResourceFacts,
  "hasCgroups" | "cgroupVersion" | "countsSwap" | "hasCpusets" | "weighsBlocks"
>;

/** Limits that were asked for and that this machine does not keep, each in dockerd's words: what is dropped is told. */
export function limitWarnings(host: HostConfig, facts: LimitFacts): readonly string[] {
  if (!facts.hasCgroups) return allDropped(host);
  const { Memory = 0, MemorySwap = 0, MemorySwappiness: swappiness, BlkioWeight = 0, BlkioWeightDevice } = host;
  const isKilled = host.OomKillDisable !== true;
  const wishes: readonly (readonly [isDropped: boolean, warning: string])[] = [
    [
      Memory > 0 && MemorySwap !== -1 && !facts.countsSwap,
      "Your kernel does not support swap limit capabilities or the cgroup is not mounted. Memory limited without swap.",
    ],
    [
      facts.cgroupVersion === 2 && swappiness !== undefined && swappiness !== null && swappiness !== -1,
      `${unsupported("memory swappiness capabilities,")}Memory swappiness discarded.`,
    ],
    [facts.cgroupVersion === 2 && !isKilled, "Your kernel does not support OomKillDisable. OomKillDisable discarded."],
    [
      facts.cgroupVersion === 1 && !isKilled && Memory === 0,
      "OOM killer is disabled for the container, but no memory limit is set, this can result in the system running out " +
        "of resources.",
    ],
    [Boolean(host.CpusetCpus || host.CpusetMems) && !facts.hasCpusets, `${unsupported("cpuset")}Cpuset discarded.`],
    [BlkioWeight > 0 && !facts.weighsBlocks, `${unsupported("Block I/O weight")}Weight discarded.`],
    [
      (BlkioWeightDevice?.length ?? 0) > 0 && !facts.weighsBlocks,
      `${unsupported("Block I/O weight_device")}Weight-device discarded.`,
    ],
  ];
  return wishes.flatMap(([isDropped, warning]) => (isDropped ? [warning] : []));
}

/** Without control groups nothing is limited. */
function allDropped(host: HostConfig): readonly string[] {
  const { Memory = 0, MemoryReservation = 0, NanoCpus = 0, CpuQuota = 0, CpuShares = 0, PidsLimit } = host;
  const { CpusetCpus, CpusetMems, BlkioWeight = 0 } = host;
  const wishes: readonly (readonly [isDropped: boolean, warning: string])[] = [
    [Memory > 0, `${unsupported("memory limit capabilities")}Limitation discarded.`],
    [MemoryReservation > 0, `${unsupported("memory soft limit capabilities")}Limitation discarded.`],
    [NanoCpus > 0 || CpuQuota > 0, `${unsupported("CPU CFS scheduler")}CPU limit discarded.`],
    [CpuShares > 0, `${unsupported("CPU shares")}Shares discarded.`],
    [(PidsLimit ?? 0) > 0, `${unsupported("pids limit capabilities")}PIDs limit discarded.`],
    [Boolean(CpusetCpus || CpusetMems), `${unsupported("cpuset")}Cpuset discarded.`],
    [BlkioWeight > 0, `${unsupported("Block I/O weight")}Weight discarded.`],
  ];
  return wishes.flatMap(([isDropped, warning]) => (isDropped ? [warning] : []));
}

function unsupported(what: string): string {
  return `Your kernel does not support ${what} or the cgroup is not mounted. `;
}
