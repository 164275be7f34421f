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
    ...(policy.length === 0 ? {} : { RestartPolicy: wanted.RestartPolicy ?? { Name: "no" } }),
  };
  return {
    update: causes.length === 0 ? undefined : { body, cause: causes.join(", ") },
    needsNew: found
      .filter(({ key, from, to }) => (from === undefined) !== (to === undefined) && !isSwapDefault(key, wanted, actual))
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

function isSwapDefault(key: string, wanted: HostConfig, actual: HostConfig): boolean {
  return key === "MemorySwap" && wanted.MemorySwap === undefined && actual.MemorySwap === 2 * (actual.Memory ?? 0);
}
