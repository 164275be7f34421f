import type { HostConfig } from "../../docker-api/container.ts";
import { badRequest } from "../api/http-error.ts";
import type { OciBlockIo, OciDeviceRule, OciResources, OciThrottle } from "./oci.ts";

/** What limits depend on beside the request. */
export interface ResourceFacts {
  /** Whether there are control groups for containers at all. */
  readonly hasCgroups: boolean;
  /** cgroup version of the host. */
  readonly cgroupVersion: 1 | 2;
  readonly deviceRules: readonly OciDeviceRule[];
  /** Whether the kernel counts swap. */
  readonly countsSwap: boolean;
  /** Whether processors and memory nodes can be picked. */
  readonly hasCpusets: boolean;
  /** Whether the kernel weighs block devices. */
  readonly weighsBlocks: boolean;
  /** Numbers of a block device of the host; throws for what is none. */
  readonly blockDevice: (path: string) => { readonly major: number; readonly minor: number };
}

/** The period of which `NanoCpus` gets its share, in microseconds. */
const periodUs = 100_000;

/** The limits of a container. */
export function resourcesOf(host: HostConfig, facts: ResourceFacts): OciResources {
  const blockIO = blockIoOf(host, facts);
  return withoutEmpty({
    devices: facts.deviceRules,
    memory: memoryOf(host, facts),
    cpu: cpuOf(host, facts),
    pids: host.PidsLimit !== undefined && host.PidsLimit > 0 ? { limit: host.PidsLimit } : undefined,
    blockIO,
  });
}

function memoryOf(host: HostConfig, { countsSwap, cgroupVersion }: ResourceFacts): NonNullable<OciResources["memory"]> {
  const { Memory = 0, MemoryReservation = 0, MemorySwap = 0, MemorySwappiness } = host;
  // Docker's default: as much swap as memory.
  const swap = MemorySwap === 0 && Memory > 0 ? Memory * 2 : MemorySwap;
  return defined({
    limit: positive(Memory),
    reservation: positive(MemoryReservation),
    swap: countsSwap ? positive(swap) : undefined,
    // v2 has neither of the two.
    swappiness: cgroupVersion === 1 && MemorySwappiness !== -1 ? (MemorySwappiness ?? undefined) : undefined,
    disableOOMKiller: cgroupVersion === 1 && host.OomKillDisable === true ? true : undefined,
  });
}

function cpuOf(host: HostConfig, { hasCpusets }: ResourceFacts): NonNullable<OciResources["cpu"]> {
  const { NanoCpus = 0 } = host;
  const share =
    NanoCpus > 0
      ? { quota: Math.round((NanoCpus * periodUs) / 1e9), period: periodUs }
      : { quota: host.CpuQuota === 0 ? undefined : host.CpuQuota, period: positive(host.CpuPeriod) };
  return defined({
    ...share,
    shares: positive(host.CpuShares),
    realtimePeriod: positive(host.CpuRealtimePeriod),
    realtimeRuntime: positive(host.CpuRealtimeRuntime),
    cpus: (hasCpusets && host.CpusetCpus) || undefined,
    mems: (hasCpusets && host.CpusetMems) || undefined,
  });
}

function blockIoOf(host: HostConfig, { blockDevice, weighsBlocks }: ResourceFacts): OciBlockIo {
  const throttled = (devices: HostConfig["BlkioDeviceReadBps"]): OciThrottle[] | undefined =>
    devices?.length ? devices.map(({ Path, Rate }) => ({ ...blockDevice(Path), rate: Rate })) : undefined;
  const weights = host.BlkioWeightDevice?.map(({ Path, Weight }) => ({ ...blockDevice(Path), weight: Weight }));
  return defined({
    weight: weighsBlocks ? positive(host.BlkioWeight) : undefined,
    weightDevice: weighsBlocks && weights?.length ? weights : undefined,
    throttleReadBpsDevice: throttled(host.BlkioDeviceReadBps),
    throttleWriteBpsDevice: throttled(host.BlkioDeviceWriteBps),
    throttleReadIOPSDevice: throttled(host.BlkioDeviceReadIOps),
    throttleWriteIOPSDevice: throttled(host.BlkioDeviceWriteIOps),
  });
}

/** Docker's smallest limit: less than that no program starts with. */
const leastMemory = 6 * 1024 * 1024;

/** Refuses limits that contradict each other, in Docker's words. Throws 400. */
export function checkLimits(host: HostConfig): void {
  const { Memory = 0, MemorySwap = 0, MemoryReservation = 0, MemorySwappiness: swappiness } = host;
  if (Memory !== 0 && Memory < leastMemory) throw badRequest("Minimum memory limit allowed is 6MB");
  if (Memory > 0 && MemorySwap > 0 && MemorySwap < Memory) {
    throw badRequest("Minimum memoryswap limit should be larger than memory limit, see usage");
  }
  if (Memory === 0 && MemorySwap > 0) {
    throw badRequest("You should always set the Memory limit when using Memoryswap limit, see usage");
  }
  if (swappiness !== undefined && swappiness !== null && (swappiness < -1 || swappiness > 100)) {
    throw badRequest(`Invalid value: ${swappiness}, valid memory swappiness range is 0-100`);
  }
  if (MemoryReservation !== 0 && MemoryReservation < leastMemory) {
    throw badRequest("Minimum memory reservation allowed is 6MB");
  }
  if (Memory > 0 && MemoryReservation > Memory) {
    throw badRequest("Minimum memory limit can not be less than memory reservation limit, see usage");
  }
  checkCpus(host);
  checkBlockWeights(host);
}

function checkCpus({ NanoCpus = 0, CpuPeriod = 0, CpuQuota = 0 }: HostConfig): void {
  if (NanoCpus > 0 && CpuPeriod > 0)
    throw badRequest("Conflicting options: Nano CPUs and CPU Period cannot both be set.");
  if (NanoCpus > 0 && CpuQuota > 0)
    throw badRequest("Conflicting options: Nano CPUs and CPU Quota cannot both be set.");
  if (CpuPeriod !== 0 && (CpuPeriod < 1000 || CpuPeriod > 1_000_000)) {
    throw badRequest("CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)");
  }
  if (CpuQuota > 0 && CpuQuota < 1000) throw badRequest("CPU cfs quota can not be less than 1ms (i.e. 1000)");
}

function checkBlockWeights({ BlkioWeight = 0 }: HostConfig): void {
  if (BlkioWeight !== 0 && (BlkioWeight < 10 || BlkioWeight > 1000)) {
    throw badRequest("Range of blkio weight is from 10 to 1000");
  }
}

function positive(value: number | null | undefined): number | undefined {
  return value !== undefined && value !== null && value > 0 ? value : undefined;
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function defined<T extends object>(fields: T): Defined<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Defined<T>;
}

function withoutEmpty<T extends { readonly devices: readonly OciDeviceRule[] }>(
  fields: T,
): Defined<T> & { readonly devices: readonly OciDeviceRule[] } {
  const isEmpty = (value: unknown): boolean => typeof value === "object" && Object.keys(value ?? {}).length === 0;
  const kept = Object.entries(fields).filter(([, value]) => value !== undefined && !isEmpty(value));
  return { ...(Object.fromEntries(kept) as Defined<T>), devices: fields.devices };
}
