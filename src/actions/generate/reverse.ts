import { isAbsolute, relative } from "node:path";
import type { ContainerInspect, EndpointSettings, HealthConfig, HostConfig } from "../../docker-api/container.ts";
import type { ImageInspect } from "../../docker-api/image.ts";
import { label } from "../../observe/labels.ts";
import { isEnginesName } from "../../plan/inheritance.ts";

/** A part of a compose file, as data. */
export type Part = Readonly<Record<string, unknown>>;

/** What a container is called in a compose file: the service it was made for, else its own name. */
export function serviceNameOf({ Name, Config }: ContainerInspect): string {
  return Config.Labels[label.service] ?? Name.replace(/^\//, "");
}

/** A container as a service: what it does not have from its image or from the engine's defaults. */
export function serviceOf(
  container: ContainerInspect,
  image: ImageInspect | undefined,
  projectDirectory: string | undefined,
): Part {
  const { Config: config, HostConfig: host } = container;
  const given = image?.Config ?? {};
  return withoutEmpty({
    image: config.Image,
    command: unless(config.Cmd, given.Cmd),
    entrypoint: unless(config.Entrypoint, given.Entrypoint),
    environment: environment(config.Env, given.Env),
    user: unless(config.User, given.User),
    working_dir: unless(config.WorkingDir, given.WorkingDir),
    hostname: container.Id.startsWith(config.Hostname ?? "") ? undefined : config.Hostname,
    domainname: config.Domainname,
    tty: config.Tty === true ? true : undefined,
    stdin_open: config.OpenStdin === true ? true : undefined,
    stop_signal: unless(config.StopSignal, given.StopSignal ?? "SIGTERM"),
    stop_grace_period: config.StopTimeout === undefined ? undefined : `${config.StopTimeout}s`,
    healthcheck: unless(healthcheck(config.Healthcheck), healthcheck(given.Healthcheck ?? undefined)),
    labels: ownLabels(config.Labels, given.Labels ?? {}),
    ports: ports(host),
    volumes: volumes(container, projectDirectory),
    ...networks(container),
    ...hostPart(host),
  });
}

/** Networks that a container is on, and volumes it mounts by name: what the file has to declare. */
export function resourcesOf(container: ContainerInspect): {
  readonly networks: readonly string[];
  readonly volumes: readonly string[];
} {
  return {
    networks: joinedNetworks(container).map(([name]) => name),
    volumes: container.Mounts.flatMap(({ Type, Name = "" }) =>
      Type === "volume" && !isEnginesName(Name) ? [Name] : [],
    ),
  };
}

function hostPart(host: HostConfig): Part {
  const { RestartPolicy: policy, LogConfig: logging } = host;
  const restart = policy === undefined || ["", "no"].includes(policy.Name) ? undefined : policy;
  const attempts = restart?.MaximumRetryCount ?? 0;
  return {
    restart: restart === undefined ? undefined : `${restart.Name}${attempts > 0 ? `:${attempts}` : ""}`,
    privileged: host.Privileged === true ? true : undefined,
    read_only: host.ReadonlyRootfs === true ? true : undefined,
    init: host.Init ?? undefined,
    cap_add: host.CapAdd,
    cap_drop: host.CapDrop,
    security_opt: host.SecurityOpt,
    group_add: host.GroupAdd,
    dns: host.Dns,
    dns_search: host.DnsSearch,
    dns_opt: host.DnsOptions,
    extra_hosts: host.ExtraHosts,
    sysctls: host.Sysctls,
    tmpfs: Object.entries(host.Tmpfs ?? {}).map(([path, options]) => (options === "" ? path : `${path}:${options}`)),
    pid: host.PidMode,
    ipc: ["", "private", "shareable"].includes(host.IpcMode ?? "") ? undefined : host.IpcMode,
    uts: host.UTSMode,
    userns_mode: host.UsernsMode,
    runtime: ["", "runc"].includes(host.Runtime ?? "") ? undefined : host.Runtime,
    shm_size: [0, 67_108_864].includes(host.ShmSize ?? 0) ? undefined : host.ShmSize,
    mem_limit: positive(host.Memory),
    mem_reservation: positive(host.MemoryReservation),
    memswap_limit: host.MemorySwap === 2 * (host.Memory ?? 0) ? undefined : positive(host.MemorySwap),
    cpus: host.NanoCpus === undefined || host.NanoCpus === 0 ? undefined : host.NanoCpus / 1e9,
    cpu_shares: positive(host.CpuShares),
    cpuset: host.CpusetCpus,
    pids_limit: positive(host.PidsLimit ?? undefined),
    oom_score_adj: host.OomScoreAdj === 0 ? undefined : host.OomScoreAdj,
    ulimits: Object.fromEntries((host.Ulimits ?? []).map(({ Name, Soft, Hard }) => [Name, { soft: Soft, hard: Hard }])),
    devices: (host.Devices ?? []).map(({ PathOnHost, PathInContainer, CgroupPermissions }) =>
      [PathOnHost, PathInContainer, CgroupPermissions].join(":"),
    ),
    logging:
      ["", "json-file"].includes(logging?.Type ?? "") && Object.keys(logging?.Config ?? {}).length === 0
        ? undefined
        : withoutEmpty({ driver: logging?.Type, options: logging?.Config }),
  };
}

function networks(container: ContainerInspect): Part {
  const mode = container.HostConfig.NetworkMode ?? "";
  if (mode === "host" || mode === "none" || mode.startsWith("container:")) return { network_mode: mode };
  const joined = joinedNetworks(container);
  if (joined.length === 0) return { network_mode: "bridge" };
  const own = new Set([container.Name.replace(/^\//, ""), serviceNameOf(container)]);
  return {
    networks: Object.fromEntries(
      joined.map(([name, { Aliases, IPAMConfig }]) => {
        const aliases = (Aliases ?? []).filter((alias) => !own.has(alias) && !container.Id.startsWith(alias));
        const attachment = withoutEmpty({
          aliases,
          ipv4_address: IPAMConfig?.IPv4Address,
          ipv6_address: IPAMConfig?.IPv6Address,
        });
        return [name, Object.keys(attachment).length === 0 ? null : attachment];
      }),
    ),
  };
}

/** The engine's own network cannot be declared. */
function joinedNetworks({ NetworkSettings }: ContainerInspect): [name: string, endpoint: EndpointSettings][] {
  return Object.entries(NetworkSettings.Networks).filter(
    ([name]) => !["bridge", "host", "none", "podman"].includes(name),
  );
}

function volumes({ Mounts }: ContainerInspect, projectDirectory: string | undefined): unknown[] {
  return Mounts.filter(({ Type }) => Type === "bind" || Type === "volume")
    .map(({ Type, Name = "", Source, Destination, RW }) =>
      withoutEmpty({
        type: Type,
        source: Type === "bind" ? pathFrom(projectDirectory, Source) : isEnginesName(Name) ? undefined : Name,
        target: Destination,
        read_only: RW ? undefined : true,
      }),
    )
    .toSorted((a, b) => (String(a["target"]) < String(b["target"]) ? -1 : 1));
}

/** What is in the project's folder moves with it. */
function pathFrom(folder: string | undefined, path: string): string {
  if (folder === undefined) return path;
  const way = relative(folder, path);
  return way === ".." || way.startsWith("../") || isAbsolute(way) ? path : `./${way}`;
}

function ports({ PortBindings }: HostConfig): unknown[] {
  return Object.entries(PortBindings ?? {}).flatMap(([port, bindings]) => {
    const [target = "", protocol = "tcp"] = port.split("/");
    return (bindings ?? []).map(({ HostIp, HostPort }) =>
      withoutEmpty({
        target: Number(target),
        published: ["", "0"].includes(HostPort) ? undefined : HostPort,
        host_ip: HostIp,
        protocol,
      }),
    );
  });
}

function environment(own: readonly string[] = [], given: readonly string[] | null | undefined): Part {
  const inherited = new Set(given ?? []);
  const pairs = own.filter((entry) => !inherited.has(entry)).map((entry) => entry.split(/=(.*)/s));
  return Object.fromEntries(pairs.map(([name = "", value = ""]) => [name, value]));
}

function healthcheck(health: HealthConfig | undefined): Part | undefined {
  if (health?.Test === undefined || health.Test.length === 0) return undefined;
  if (health.Test[0] === "NONE") return { disable: true };
  const span = (nanoseconds: number | undefined): string | undefined =>
    nanoseconds === undefined || nanoseconds === 0 ? undefined : `${nanoseconds / 1e9}s`;
  return withoutEmpty({
    test: health.Test,
    interval: span(health.Interval),
    timeout: span(health.Timeout),
    retries: positive(health.Retries),
    start_period: span(health.StartPeriod),
    start_interval: span(health.StartInterval),
  });
}

function ownLabels(own: Readonly<Record<string, string>>, given: Readonly<Record<string, string>>): Part {
  const kept = Object.entries(own).filter(
    ([key, value]) => given[key] !== value && !/^(com\.docker\.compose|io\.tscompose)\./.test(key),
  );
  return Object.fromEntries(kept);
}

/** Nothing where the image gives the same. */
function unless<Value>(own: Value, given: unknown): Value | undefined {
  return JSON.stringify(own ?? null) === JSON.stringify(given ?? null) ? undefined : own;
}

function positive(value: number | undefined): number | undefined {
  return value !== undefined && value > 0 ? value : undefined;
}

/** Leaves out what says nothing: absent values, empty texts, lists and maps. */
function withoutEmpty(part: Part): Part {
  const isSaid = (value: unknown): boolean =>
    value !== undefined &&
    value !== null &&
    value !== "" &&
    JSON.stringify(value) !== "[]" &&
    JSON.stringify(value) !== "{}";
  return Object.fromEntries(Object.entries(part).filter(([, value]) => isSaid(value)));
}
