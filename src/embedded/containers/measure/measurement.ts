import { cgroupFiles, type CgroupFiles, readOrNone } from "../../host/cgroup-files.ts";
import {
  counters,
  interfaceCounters,
  legacyBlockEntries,
  nsPerTick,
  numberIn,
  systemCpuNs,
  unifiedBlockEntries,
} from "./counters.ts";

/** What the machine has, for shares of it. */
export interface MachineSize {
  readonly cpuCount: number;
  readonly memoryBytes: number;
}

/** `cpu_stats` of the API. */
export type CpuPart = Readonly<Record<string, unknown>>;

/** What is measured at one moment, in the API's words. */
export interface Measurement {
  readonly cpu: CpuPart;
  readonly rest: Readonly<Record<string, unknown>>;
}

const bytesPerOperation = { rbytes: "read", wbytes: "write" };
const countsPerOperation = { rios: "read", wios: "write" };
const noThrottling = { periods: 0, throttled_periods: 0, throttled_time: 0 };

/** Before the first measurement. */
export const unmeasuredCpu: CpuPart = {
  cpu_usage: { total_usage: 0, usage_in_kernelmode: 0, usage_in_usermode: 0 },
  throttling_data: noThrottling,
};

/** Of a container that does not run. */
export const unmeasured: Measurement = {
  cpu: unmeasuredCpu,
  rest: { pids_stats: {}, blkio_stats: blockStats(null, null), memory_stats: {} },
};

/** Measures the control groups and interfaces of a container by its first process; `undefined` when it is gone. */
export async function measure(pid: number, machine: MachineSize): Promise<Measurement | undefined> {
  const files = cgroupFiles(pid);
  if (files === undefined) return undefined;
  const isUnified = files.version === 2;
  const [cpu, memory, blocks, current, limit, interfaces, stat] = await Promise.all([
    isUnified ? unifiedCpu(files) : legacyCpu(files),
    isUnified ? unifiedMemory(files, machine) : legacyMemory(files, machine),
    isUnified ? unifiedBlocks(files) : legacyBlocks(files),
    files.read("pids", "pids.current"),
    files.read("pids", "pids.max"),
    readOrNone(`/proc/${pid}/net/dev`),
    readOrNone("/proc/stat"),
  ]);
  const pids = { current: numberIn(current) ?? 0, limit: numberIn(limit) };
  const networks = interfaceCounters(interfaces);
  return {
    cpu: { ...cpu, system_cpu_usage: systemCpuNs(stat), online_cpus: machine.cpuCount },
    rest: {
      pids_stats: pids,
      blkio_stats: blocks,
      memory_stats: memory,
      ...(Object.keys(networks).length > 0 ? { networks } : {}),
    },
  };
}

async function legacyCpu(files: CgroupFiles): Promise<CpuPart> {
  const [usage, perCpu, split, throttling] = await Promise.all([
    files.read("cpuacct", "cpuacct.usage"),
    files.read("cpuacct", "cpuacct.usage_percpu"),
    files.read("cpuacct", "cpuacct.stat"),
    files.read("cpu", "cpu.stat"),
  ]);
  const { user = 0, system = 0 } = counters(split);
  const { nr_periods = 0, nr_throttled = 0, throttled_time = 0 } = counters(throttling);
  return {
    cpu_usage: {
      total_usage: numberIn(usage) ?? 0,
      percpu_usage: (perCpu ?? "").trim().split(/\s+/).map(Number),
      usage_in_kernelmode: system * nsPerTick,
      usage_in_usermode: user * nsPerTick,
    },
    throttling_data: { periods: nr_periods, throttled_periods: nr_throttled, throttled_time },
  };
}

async function unifiedCpu(files: CgroupFiles): Promise<CpuPart> {
  const stat = counters(await files.read("cpu", "cpu.stat"));
  const { usage_usec = 0, user_usec = 0, system_usec = 0 } = stat;
  const { nr_periods = 0, nr_throttled = 0, throttled_usec = 0 } = stat;
  return {
    cpu_usage: {
      total_usage: usage_usec * 1000,
      usage_in_kernelmode: system_usec * 1000,
      usage_in_usermode: user_usec * 1000,
    },
    throttling_data: { periods: nr_periods, throttled_periods: nr_throttled, throttled_time: throttled_usec * 1000 },
  };
}

async function legacyMemory(files: CgroupFiles, machine: MachineSize): Promise<object> {
  const [usage, peak, limit, failures, stat] = await Promise.all([
    files.read("memory", "memory.usage_in_bytes"),
    files.read("memory", "memory.max_usage_in_bytes"),
    files.read("memory", "memory.limit_in_bytes"),
    files.read("memory", "memory.failcnt"),
    files.read("memory", "memory.stat"),
  ]);
  const failcnt = numberIn(failures) ?? 0;
  return {
    usage: numberIn(usage) ?? 0,
    max_usage: numberIn(peak) ?? 0,
    stats: counters(stat),
    ...(failcnt > 0 ? { failcnt } : {}),
    limit: Math.min(numberIn(limit) ?? Infinity, machine.memoryBytes),
  };
}

async function unifiedMemory(files: CgroupFiles, machine: MachineSize): Promise<object> {
  const [usage, limit, stat] = await Promise.all([
    files.read("memory", "memory.current"),
    files.read("memory", "memory.max"),
    files.read("memory", "memory.stat"),
  ]);
  return {
    usage: numberIn(usage) ?? 0,
    stats: counters(stat),
    limit: Math.min(numberIn(limit) ?? Infinity, machine.memoryBytes),
  };
}

async function legacyBlocks(files: CgroupFiles): Promise<object> {
  const [bytes, counts] = await Promise.all([
    files.read("blkio", "blkio.throttle.io_service_bytes_recursive"),
    files.read("blkio", "blkio.throttle.io_serviced_recursive"),
  ]);
  return blockStats(legacyBlockEntries(bytes), legacyBlockEntries(counts));
}

async function unifiedBlocks(files: CgroupFiles): Promise<object> {
  const stat = await files.read("io", "io.stat");
  return blockStats(unifiedBlockEntries(stat, bytesPerOperation), unifiedBlockEntries(stat, countsPerOperation));
}

function blockStats(bytes: readonly object[] | null, counts: readonly object[] | null): object {
  const none = bytes === null ? null : [];
  return {
    io_service_bytes_recursive: bytes,
    io_serviced_recursive: counts,
    io_queue_recursive: none,
    io_service_time_recursive: none,
    io_wait_time_recursive: none,
    io_merged_recursive: none,
    io_time_recursive: none,
    sectors_recursive: none,
  };
}
