import type { ContainerUpdateBody, HostConfig } from "../docker-api/container.ts";
import { compare, isSame } from "./differences/compare.ts";
import { restartText } from "./differences/host.ts";

/** What an engine can change of a container without making it anew. */
export interface LiveUpdate {
  readonly body: ContainerUpdateBody;
  /** In the words of the file: `mem_limit 67108864 -> 134217728`. */
  readonly cause: string;
}

/** How what a container has differs from what it should have, as far as the engine could change it live. */
export interface LiveDifference {
  readonly update: LiveUpdate | undefined;
  /** Limits that are taken back, or set where none was: engines change limits, but do not take them back. */
  readonly needsNew: readonly string[];
}

const limits = [
  ["Memory", "mem_limit"],
  ["MemorySwap", "memswap_limit"],
  ["MemoryReservation", "mem_reservation"],
  ["NanoCpus", "cpus"],
  ["CpuShares", "cpu_shares"],
  ["CpuPeriod", "cpu_period"],
  ["CpuQuota", "cpu_quota"],
  ["CpusetCpus", "cpuset"],
  ["PidsLimit", "pids_limit"],
] as const satisfies readonly (readonly [keyof ContainerUpdateBody & keyof HostConfig, string])[];

/** Compares limits and restart policy as they are with what they should be, whatever labels say. */
export function liveDifference(wanted: HostConfig, actual: HostConfig): LiveDifference {
  const found = limits.map(([key, attribute]) => ({
    key,
    attribute,
    from: given(actual, key),
    to: given(wanted, key),
  }));
  const changes = found.filter(({ from, to }) => from !== undefined && to !== undefined && from !== to);
  const policy = compare("restart", restartText(actual.RestartPolicy), restartText(wanted.RestartPolicy));
  const causes = [...changes.flatMap(({ attribute, from, to }) => compare(attribute, from, to)), ...policy];
  const body: ContainerUpdateBody = {
    ...Object.fromEntries(changes.map(({ key, to }) => [key, to])),
    ...swapAlong(wanted, actual),
    ...cpusInParts(wanted, actual),
    ...(policy.length === 0 ? {} : { RestartPolicy: wanted.RestartPolicy ?? { Name: "no" } }),
  };
  return {
    update: causes.length === 0 ? undefined : { body, cause: causes.join(", ") },
    needsNew: found
      .filter(({ key, from, to }) => (from === undefined) !== (to === undefined) && !isDerived(key, wanted, actual))
      .flatMap(({ attribute, from, to }) => compare(attribute, from, to)),
  };
}

/** A limit, where there is one: -1 is how engines say that there is none. */
function given(host: HostConfig, key: (typeof limits)[number][0]): string | number | undefined {
  const value = host[key] ?? undefined;
  return isSame(value, undefined) || value === -1 ? undefined : value;
}

/** Where no swap limit is asked for, the engine doubles the memory limit: it is no difference, but has to move along. */
function swapAlong(wanted: HostConfig, actual: HostConfig): ContainerUpdateBody {
  const isMoving = wanted.Memory !== undefined && !isSame(wanted.Memory, actual.Memory);
  if (!isMoving || wanted.MemorySwap !== undefined || given(actual, "MemorySwap") === undefined) return {};
  return { MemorySwap: 2 * wanted.Memory };
}

/** Podman makes period and quota of `cpus`, and of a change hears only those. */
function cpusInParts({ NanoCpus: wanted }: HostConfig, actual: HostConfig): ContainerUpdateBody {
  const { NanoCpus: before, CpuPeriod: period = 0, CpuQuota: quota = 0 } = actual;
  if (!wanted || !before || wanted === before || period === 0 || quota === 0) return {};
  return { CpuPeriod: period, CpuQuota: Math.round((wanted / 1e9) * period) };
}

/** Processes that Podman allows where nobody says how many. */
const podmanPids = 2048;

/** What the engine made of itself is no wish: twice the memory; with Podman period and quota for `cpus`, and processes. */
function isDerived(key: keyof HostConfig, wanted: HostConfig, actual: HostConfig): boolean {
  if (wanted[key] !== undefined) return false;
  if (key === "MemorySwap") return actual.MemorySwap === 2 * (actual.Memory ?? 0);
  if (key === "PidsLimit") return actual.PidsLimit === podmanPids;
  return (key === "CpuPeriod" || key === "CpuQuota") && given(actual, "NanoCpus") !== undefined;
}
