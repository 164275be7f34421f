// One idea, longer than usual: every attribute of a service, once, in the order docker compose writes them.

import type {
  BlkioConfig,
  CredentialSpec,
  Dependency,
  Develop,
  EnvFile,
  Healthcheck,
  Hook,
  Logging,
  ModelBinding,
  NetworkAttachment,
  Provider,
  Service,
  ThrottleDevice,
  WatchRule,
  WeightDevice,
} from "../project.ts";
import { build, deviceRequest, fileReference, ulimit } from "./build.ts";
import { type Codec, embedded, toldZero, unwritten, whenSet } from "./codec.ts";
import {
  command,
  environment,
  healthTest,
  hosts,
  labels,
  list,
  map,
  mapOfOptional,
  multiOptions,
  options,
  words,
} from "./collections.ts";
import { deploy } from "./deploy.ts";
import { deviceMapping, mount, port } from "./mount.ts";
import { bytes, duration, float32, integer, microseconds, natural } from "./numbers.ts";
import { flag, text, word } from "./scalars.ts";
import { struct } from "./struct.ts";

const hook: Codec<Hook> = struct<Hook>(
  { image: text, command, user: text, privileged: flag, workingDir: text, environment, perReplica: flag },
  {},
);

const watchRule: Codec<WatchRule> = struct<WatchRule>(
  {
    path: whenSet(text),
    action: whenSet(word<WatchRule["action"]>()),
    target: text,
    exec: embedded(hook, {}),
    include: words,
    ignore: words,
    initialSync: flag,
  },
  { path: "", action: "rebuild" },
);

const weightDevice: Codec<WeightDevice> = capitalizedInJson(
  struct<WeightDevice>({ path: whenSet(text), weight: whenSet(natural) }, { path: "", weight: 0 }),
);

const throttleDevice: Codec<ThrottleDevice> = capitalizedInJson(
  struct<ThrottleDevice>({ path: whenSet(text), rate: whenSet(bytes) }, { path: "", rate: 0 }),
);

const blkioConfig: Codec<BlkioConfig> = struct<BlkioConfig>(
  {
    weight: natural,
    weightDevice: list(weightDevice),
    deviceReadBps: list(throttleDevice),
    deviceReadIops: list(throttleDevice),
    deviceWriteBps: list(throttleDevice),
    deviceWriteIops: list(throttleDevice),
  },
  {},
);

const dependency: Codec<Dependency> = struct<Dependency>(
  { condition: word<Dependency["condition"]>(), restart: flag, required: whenSet(flag) },
  { condition: "service_started", restart: false, required: false },
);

const envFileInFull: Codec<EnvFile> = struct<EnvFile>(
  { path: text, required: whenSet(flag), format: text },
  { path: "", required: true },
);

/** A required file is written as its path alone; YAML never tells the format. */
const envFile: Codec<EnvFile> = {
  ...envFileInFull,
  write: (value, form) => {
    if (value.required) return value.path;
    return envFileInFull.write(form === "json" ? value : { path: value.path, required: false }, form);
  },
};

const healthcheck: Codec<Healthcheck> = struct<Healthcheck>(
  {
    test: healthTest,
    timeoutNs: whenSet(duration),
    intervalNs: whenSet(duration),
    retries: whenSet(natural),
    startPeriodNs: whenSet(duration),
    startIntervalNs: whenSet(duration),
    disable: flag,
  },
  {},
);

const networkAttachment: Codec<NetworkAttachment> = struct<NetworkAttachment>(
  {
    aliases: words,
    driverOpts: labels,
    gwPriority: integer,
    interfaceName: text,
    ipv4Address: text,
    ipv6Address: text,
    linkLocalIps: words,
    macAddress: text,
    priority: integer,
  },
  {},
);

/** A service; its name is the key it stands under. */
export const service: Codec<Omit<Service, "name">> = struct<Omit<Service, "name">>(
  {
    profiles: words,
    annotations: labels,
    attach: whenSet(flag),
    build,
    develop: struct<Develop>({ watch: list(watchRule) }, {}),
    blkioConfig,
    capAdd: words,
    capDrop: words,
    cgroupParent: text,
    cgroup: text,
    cpuCount: integer,
    cpuPercent: float32,
    cpuPeriod: integer,
    cpuQuota: integer,
    cpuRtPeriod: microseconds,
    cpuRtRuntime: microseconds,
    cpus: float32,
    cpuset: text,
    cpuShares: integer,
    command,
    configs: list(fileReference),
    containerName: text,
    credentialSpec: struct<CredentialSpec>({ config: text, file: text, registry: text }, {}),
    dependsOn: map(dependency),
    deploy,
    deviceCgroupRules: words,
    devices: list(deviceMapping),
    dns: words,
    dnsOpt: words,
    dnsSearch: words,
    domainname: text,
    entrypoint: command,
    provider: struct<Provider>({ type: text, options: multiOptions }, { type: "" }),
    environment,
    envFile: list(envFile),
    expose: words,
    externalLinks: words,
    extraHosts: hosts,
    groupAdd: words,
    gpus: list(deviceRequest),
    hostname: text,
    healthcheck,
    image: text,
    init: whenSet(flag),
    ipc: text,
    isolation: text,
    labels,
    labelFile: words,
    links: words,
    logging: struct<Logging>({ driver: text, options: labels }, {}),
    memLimitBytes: bytes,
    memReservationBytes: bytes,
    memswapLimitBytes: bytes,
    memSwappiness: toldZero(bytes),
    macAddress: text,
    models: mapOfOptional(struct<ModelBinding>({ endpointVar: text, modelVar: text }, {})),
    networkMode: text,
    networks: mapOfOptional(networkAttachment),
    oomKillDisable: flag,
    oomScoreAdj: integer,
    pid: text,
    pidsLimit: integer,
    platform: text,
    ports: list(port),
    privileged: flag,
    pullPolicy: text,
    pullRefreshAfter: unwritten(text),
    readOnly: flag,
    restart: text,
    runtime: text,
    scale: whenSet(integer),
    secrets: list(fileReference),
    securityOpt: words,
    shmSizeBytes: bytes,
    stdinOpen: flag,
    stopGracePeriodNs: whenSet(duration),
    stopSignal: text,
    storageOpt: options,
    sysctls: labels,
    tmpfs: words,
    tty: flag,
    ulimits: map(ulimit),
    useApiSocket: flag,
    user: text,
    usernsMode: text,
    uts: text,
    volumeDriver: text,
    volumes: list(mount),
    volumesFrom: words,
    workingDir: text,
    preStart: list(hook),
    postStart: list(hook),
    preStop: list(hook),
  },
  {},
);

/** Go writes the fields of these two under their own names, `Path` and `Rate`, in JSON. */
function capitalizedInJson<Value>(codec: Codec<Value>): Codec<Value> {
  return {
    ...codec,
    write: (value, form) => {
      const written = codec.write(value, form);
      if (form === "yaml" || written === null || typeof written !== "object") return written;
      return Object.fromEntries(
        Object.entries(written).map(([name, inner]) => [name.charAt(0).toUpperCase() + name.slice(1), inner]),
      );
    },
  };
}
