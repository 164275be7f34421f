import type { Context } from "../context.ts";
import type { ContainerStatsBody, CpuStats } from "../docker-api/measurement.ts";
import { toContainer } from "../observe/observed.ts";
import type { ObservedContainer } from "../observe/snapshot.ts";
import { subscribe } from "./log-follower.ts";
import { findContainers, type Subject } from "./select-containers.ts";

/** Whose measurements, and how many. */
export interface StatsOptions {
  /** Empty: all. */
  readonly services?: readonly string[];
  /** Also containers that do not run; they use nothing. */
  readonly all?: boolean;
  /** Goes on until the signal fires, also with containers that are still to come. */
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
  options: StatsOptions,
  context: Context & { readonly write: (round: readonly ContainerStats[]) => void },
): Promise<void> {
  const { services = [], all = false, follow = false } = options;
  const find = async (): Promise<readonly ObservedContainer[]> =>
    (await findContainers(context.engine, subject, services))
      .map(toContainer)
      .filter(({ state }) => all || state === "running" || state === "paused");
  const gauge = new Gauge({ follow, ...context });
  if (!follow) return await gauge.measure(await find());
  // Subscribed before looking: a container that starts in between is not missed.
  await using events = await subscribe(subject, context);
  const measuring: Promise<void>[] = [];
  const begin = async (): Promise<void> => {
    const measured = gauge.measure(await find());
    measured.catch(() => events[Symbol.asyncDispose]()); // whoever waits for events hears of it when they end
    measuring.push(measured);
  };
  await begin();
  for await (const { Action } of events) if (Action === "start") await begin();
  await Promise.all(measuring);
}

interface GaugeContext extends Pick<Context, "engine" | "signal"> {
  readonly follow: boolean;
  readonly write: (round: readonly ContainerStats[]) => void;
}

/** Measures several containers side by side, each until it ends. */
class Gauge {
  readonly #context: GaugeContext;
  /** What is measured now, by id, in the order in which it began. */
  readonly #measured = new Map<string, { isFresh: boolean; latest?: ContainerStats }>();

  constructor(context: GaugeContext) {
    this.#context = context;
  }

  /** Resolves when none of these can be measured any more; what is measured already is left alone. */
  async measure(containers: readonly ObservedContainer[]): Promise<void> {
    const added = containers.filter(({ id }) => !this.#measured.has(id));
    for (const { id } of added) this.#measured.set(id, { isFresh: false });
    await Promise.all(added.map((container) => this.#measureOne(container)));
  }

  async #measureOne(container: ObservedContainer): Promise<void> {
    const { engine, follow, signal } = this.#context;
    for await (const body of engine.stats(container.id, { follow, signal })) {
      this.#measured.set(container.id, { isFresh: true, latest: toStats(container, body) });
      this.#tellRound();
    }
    // Asked once, it stays in the round; one that has ended does not keep the others waiting.
    if (follow) this.#measured.delete(container.id);
  }

  #tellRound(): void {
    const all = [...this.#measured.values()];
    if (all.some(({ isFresh }) => !isFresh)) return;
    for (const each of all) each.isFresh = false;
    this.#context.write(all.flatMap(({ latest }) => latest ?? []));
  }
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
