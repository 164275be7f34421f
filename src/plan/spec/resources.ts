import type { DeviceRequestBody, HostConfig } from "../../docker-api/container.ts";
import type { BlkioConfig, DeviceRequest, Service, Ulimit } from "../../compose/project.ts";
import { defined, unlessEmpty } from "./defined.ts";

/** Limits, reservations and devices of a service as the engine takes them; `deploy.resources` wins over the older keys. */
export function resourcesOf(service: Service): HostConfig {
  const limits = service.deploy?.resources?.limits;
  const reservations = service.deploy?.resources?.reservations;
  const cpus = limits?.cpus ?? service.cpus;
  return defined({
    CgroupParent: service.cgroupParent,
    Memory: limits?.memoryBytes ?? service.memLimitBytes,
    MemorySwap: service.memswapLimitBytes,
    MemorySwappiness: service.memSwappiness,
    MemoryReservation: reservations?.memoryBytes ?? service.memReservationBytes,
    OomKillDisable: service.oomKillDisable,
    PidsLimit: limits?.pids ?? service.pidsLimit,
    CpuCount: service.cpuCount,
    CpuPercent: service.cpuPercent === undefined ? undefined : Math.trunc(service.cpuPercent * 100),
    CpuPeriod: service.cpuPeriod,
    CpuQuota: service.cpuQuota,
    CpuRealtimePeriod: service.cpuRtPeriod,
    CpuRealtimeRuntime: service.cpuRtRuntime,
    CpuShares: service.cpuShares,
    NanoCpus: cpus === undefined ? undefined : Math.round(cpus * 1e9),
    CpusetCpus: service.cpuset,
    DeviceCgroupRules: unlessEmpty(service.deviceCgroupRules),
    ...blkioOf(service.blkioConfig),
    Devices: unlessEmpty(devicesOf(service)),
    DeviceRequests: unlessEmpty(deviceRequestsOf(service)),
    Ulimits: ulimitsOf(service.ulimits),
  });
}

/** Ulimits, sorted by name; `single` stands for both bounds. */
export function ulimitsOf(ulimits: Readonly<Record<string, Ulimit>> | undefined): HostConfig["Ulimits"] {
  if (ulimits === undefined) return undefined;
  return Object.entries(ulimits)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([Name, { single = 0, soft = single, hard = single }]) => ({ Name, Soft: soft, Hard: hard }));
}

function blkioOf(blkio: BlkioConfig | undefined): Partial<HostConfig> {
  if (blkio === undefined) return {};
  const rates = (devices: BlkioConfig["deviceReadBps"]) =>
    devices?.map(({ path, rate }) => ({ Path: path, Rate: rate }));
  return defined({
    BlkioWeight: blkio.weight,
    BlkioWeightDevice: blkio.weightDevice?.map(({ path, weight }) => ({ Path: path, Weight: weight })),
    BlkioDeviceReadBps: rates(blkio.deviceReadBps),
    BlkioDeviceReadIOps: rates(blkio.deviceReadIops),
    BlkioDeviceWriteBps: rates(blkio.deviceWriteBps),
    BlkioDeviceWriteIOps: rates(blkio.deviceWriteIops),
  });
}

/** `vendor.com/class=name`, the notation of the Container Device Interface, is asked of its driver, not mapped. */
const cdiName = /^[A-Za-z][\w.-]*\/[A-Za-z][\w-]*=[\w.:-]+$/;

function isCdi({ source, target = source }: NonNullable<Service["devices"]>[number]): boolean {
  return source === target && cdiName.test(source);
}

function devicesOf({ devices = [] }: Service): NonNullable<HostConfig["Devices"]> {
  return devices
    .filter((device) => !isCdi(device))
    .map(({ source, target = source, permissions = "rwm" }) => ({
      PathOnHost: source,
      PathInContainer: target,
      CgroupPermissions: permissions,
    }));
}

function deviceRequestsOf({ devices = [], gpus = [], deploy }: Service): DeviceRequestBody[] {
  const cdi = devices.filter(isCdi).map(({ source }) => source);
  return [
    ...(deploy?.resources?.reservations?.devices ?? []).map((device) => deviceRequest(device)),
    ...(cdi.length === 0 ? [] : [{ Driver: "cdi", DeviceIDs: cdi }]),
    ...gpus.map((gpu) => deviceRequest({ ...gpu, capabilities: [...(gpu.capabilities ?? []), "gpu"] })),
  ];
}

function deviceRequest({ capabilities = [], driver, count, deviceIds, options }: DeviceRequest): DeviceRequestBody {
  return defined({
    Driver: driver,
    Count: count,
    DeviceIDs: deviceIds,
    Capabilities: [capabilities],
    Options: options,
  });
}
