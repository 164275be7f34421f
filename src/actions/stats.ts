import type { Context } from "../context.ts";
import type { ContainerStatsBody, CpuStats } from "../docker-api/measurement.ts";
import { toContainer } from "../observe/observed.ts";
import type { ObservedContainer } from "../observe/snapshot.ts";
import { findContainers, type Subject } from "./select-containers.ts";

/** Whose measurements, and how many. */
export interface StatsOptions {
  /** Empty: all. */
  readonly services?: readonly string[];
  /** Also containers that do not run; they use nothing. */
  readonly all?: boolean;
  /** Goes on until the signal fires, or until nothing runs any more. */
  readonly follow?: boolean;
}

/** What a container uses. */
export interface ContainerStats {
  readonly id: string;
  readonly name: string;
  /** 100 is one processor. */
  readonly cpuPercent: number;
  /** Without what the kernel would give up at once. */
  readonly memoryBytes: number;
  readonly memoryLimitBytes: number;
  readonly receivedBytes: number;
  readonly sentBytes: number;
  readonly readBytes: number;
  readonly writtenBytes: number;
  readonly processes: number;
}

/** Measures containers, all at once; `write` gets all of them whenever each has been measured anew. */
export async function stats(
  subject: Subject,
  { services = [], all = false, follow = false }: StatsOptions,
  { engine, signal, write }: Context & { readonly write: (round: readonly ContainerStats[]) => void },
): Promise<void> {
  const found = (await findContainers(engine, subject, services)).map(toContainer);
  const containers = found.filter(({ state }) => all || state === "running" || state === "paused");
  const latest = new Map<string, ContainerStats>();
  const fresh = new Set<string>();
  const ended = new Set<string>();
  const tellRound = (): void => {
    if (containers.some(({ id }) => !fresh.has(id) && !ended.has(id))) return;
    fresh.clear();
    write(containers.flatMap(({ id }) => latest.get(id) ?? []));
  };
  await Promise.all(
    containers.map(async (container) => {
      for await (const body of engine.stats(container.id, { follow, signal })) {
        latest.set(container.id, toStats(container, body));
        fresh.add(container.id);
        tellRound();
      }
      ended.add(container.id);
    }),
  );
}

function toStats({ id, name }: ObservedContainer, body: ContainerStatsBody): ContainerStats {
  const { memory_stats: memory, networks = {}, blkio_stats: disk, pids_stats: pids } = body;
  const traffic = Object.values(networks);
  const transfers = disk?.io_service_bytes_recursive ?? [];
  const sumOf = (letter: string): number =>
    sum(transfers.filter(({ op }) => op.toLowerCase().startsWith(letter)).map(({ value }) => value));
  return {
    id,
    name,
    cpuPercent: cpuPercent(body.cpu_stats, body.precpu_stats),
    memoryBytes: usedMemory(memory),
    memoryLimitBytes: memory.limit ?? 0,
    receivedBytes: sum(traffic.map(({ rx_bytes }) => rx_bytes)),
    sentBytes: sum(traffic.map(({ tx_bytes }) => tx_bytes)),
    readBytes: sumOf("r"),
    writtenBytes: sumOf("w"),
    processes: pids?.current ?? 0,
  };
}

function cpuPercent(now: CpuStats, before: CpuStats): number {
  const own = now.cpu_usage.total_usage - before.cpu_usage.total_usage;
  const whole = (now.system_cpu_usage ?? 0) - (before.system_cpu_usage ?? 0);
  const processors = now.online_cpus ?? now.cpu_usage.percpu_usage?.length ?? 1;
  return own > 0 && whole > 0 ? (own / whole) * processors * 100 : 0;
}

/** Files that were only read count as used, but are the first to go; cgroup v1 and v2 name them differently. */
function usedMemory({ usage = 0, stats = {} }: ContainerStatsBody["memory_stats"]): number {
  const inactive = stats["total_inactive_file"] ?? stats["inactive_file"] ?? 0;
  return inactive < usage ? usage - inactive : usage;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
