import type { ContainerCreateBody, HostConfig } from "../../docker-api/container.ts";
import { badRequest } from "../api/http-error.ts";

/** What a field of a request has to be; absent and null are always allowed. */
type Kind = "text" | "flag" | "number" | "texts" | "list" | "object" | "map of texts";

const isKind: Readonly<Record<Kind, (value: unknown) => boolean>> = {
  text: (value) => typeof value === "string",
  flag: (value) => typeof value === "boolean",
  number: (value) => typeof value === "number" && Number.isFinite(value),
  texts: (value) => Array.isArray(value) && value.every((each) => typeof each === "string"),
  list: (value) => Array.isArray(value) && value.every((each) => each !== null),
  object: isObject,
  "map of texts": (value) => isObject(value) && Object.values(value).every((each) => typeof each === "string"),
};

/** Every field is listed: one more does not compile without its kind. */
const createFields: Readonly<Record<keyof ContainerCreateBody, Kind>> = {
  ...all("text", ["Image", "Hostname", "Domainname", "User", "WorkingDir", "MacAddress", "StopSignal"]),
  ...all("flag", ["AttachStdin", "AttachStdout", "AttachStderr", "Tty", "OpenStdin", "StdinOnce", "NetworkDisabled"]),
  ...all("object", ["ExposedPorts", "Healthcheck", "Volumes", "HostConfig", "NetworkingConfig"]),
  ...all("texts", ["Env", "Cmd", "Entrypoint"]),
  Labels: "map of texts",
  StopTimeout: "number",
};

const hostFields: Readonly<Record<keyof HostConfig, Kind>> = {
  ...all("text", ["NetworkMode", "VolumeDriver", "CgroupnsMode", "IpcMode", "Cgroup", "PidMode", "UTSMode"]),
  ...all("text", ["UsernsMode", "Runtime", "Isolation", "CgroupParent", "CpusetCpus", "CpusetMems"]),
  ...all("flag", ["AutoRemove", "Privileged", "PublishAllPorts", "ReadonlyRootfs", "Init", "OomKillDisable"]),
  ...all("number", ["OomScoreAdj", "ShmSize", "CpuShares", "Memory", "NanoCpus", "BlkioWeight", "CpuPeriod"]),
  ...all("number", ["CpuQuota", "CpuRealtimePeriod", "CpuRealtimeRuntime", "MemoryReservation", "MemorySwap"]),
  ...all("number", ["MemorySwappiness", "PidsLimit", "CpuCount", "CpuPercent"]),
  ...all("texts", ["Binds", "VolumesFrom", "CapAdd", "CapDrop", "Dns", "DnsOptions", "DnsSearch", "ExtraHosts"]),
  ...all("texts", ["GroupAdd", "Links", "SecurityOpt", "MaskedPaths", "ReadonlyPaths", "DeviceCgroupRules"]),
  ...all("list", ["Mounts", "ConsoleSize", "BlkioWeightDevice", "BlkioDeviceReadBps", "BlkioDeviceWriteBps"]),
  ...all("list", ["BlkioDeviceReadIOps", "BlkioDeviceWriteIOps", "Devices", "DeviceRequests", "Ulimits"]),
  ...all("object", ["LogConfig", "PortBindings", "RestartPolicy"]),
  ...all("map of texts", ["Annotations", "StorageOpt", "Tmpfs", "Sysctls"]),
};

/** Whether a create request is one. Throws 400 that names the first field of another type. */
export function checkCreateBody(body: Readonly<Record<string, unknown>>): void {
  checkFields(body, createFields, "");
  const { HostConfig: host } = body;
  if (isObject(host)) checkHostFields(host);
}

/** The same for what of a container's host is to be changed. */
export function checkHostFields(host: Readonly<Record<string, unknown>>): void {
  checkFields(host, hostFields, "HostConfig.");
}

function checkFields(
  value: Readonly<Record<string, unknown>>,
  fields: Readonly<Record<string, Kind>>,
  within: string,
): void {
  for (const [name, kind] of Object.entries(fields)) {
    const found = value[name] ?? undefined;
    if (found !== undefined && !isKind[kind](found)) throw badRequest(`invalid JSON: ${within}${name} is no ${kind}`);
  }
}

function all<const Name extends string>(kind: Kind, names: readonly Name[]): Record<Name, Kind> {
  return Object.fromEntries(names.map((name) => [name, kind])) as Record<Name, Kind>;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
