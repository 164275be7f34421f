import type { ContainerInspect, ContainerStateBody, EndpointSettings, MountPoint } from "../../docker-api/container.ts";
import { apparmorOf } from "../runtime/oci-spec.ts";
import { securityWishes } from "../runtime/security.ts";
import { etcPaths } from "./bundle.ts";
import { type ContainerDocument, type ContainerMount, type ContainerState, isRunning } from "./container.ts";
import type { ContainerRooms } from "./rooms.ts";

/** Health as inspect shows it, when the container has a check. */
export type HealthOf = (id: string) => ContainerStateBody["Health"];

/** What inspect takes beside the document. */
export interface InspectParts {
  readonly rooms: Pick<ContainerRooms, "paths" | "networks" | "isolation">;
  readonly healthOf: HealthOf;
  readonly execIds: readonly string[];
}

/** Answer of `GET /containers/{id}/json`, field by field as dockerd's. */
export function inspectContainer(
  container: ContainerDocument,
  { rooms, healthOf, execIds }: InspectParts,
): ContainerInspect & Readonly<Record<string, unknown>> {
  const { id, config, image, state } = container;
  const places = rooms.paths.container(id);
  const wasStarted = state.startedAt !== "0001-01-01T00:00:00Z";
  const etc = etcPaths(places.data);
  const [Path = "", ...Args] = [...(config.Entrypoint ?? []), ...(config.Cmd ?? [])];
  return {
    Id: id,
    Created: container.created,
    Path,
    Args,
    State: stateBody(container, healthOf(id)),
    Image: image.id,
    ResolvConfPath: wasStarted ? etc.resolvConf : "",
    HostnamePath: wasStarted ? etc.hostname : "",
    HostsPath: wasStarted ? etc.hosts : "",
    LogPath: wasStarted ? places.log : "",
    Name: `/${container.name}`,
    RestartCount: container.restartCount,
    Driver: "overlay2",
    Platform: "linux",
    MountLabel: "",
    ProcessLabel: "",
    AppArmorProfile: profileOf(container, rooms),
    ExecIDs: execIds.length === 0 ? null : execIds,
    HostConfig: container.hostConfig,
    GraphDriver: {
      Data: {
        ID: id,
        LowerDir: image.lowerDirs.join(":"),
        MergedDir: places.rootfs,
        UpperDir: places.upper,
        WorkDir: places.work,
      },
      Name: "overlay2",
    },
    Mounts: container.mounts.map(mountPoint).filter(({ Type }) => Type !== "tmpfs"),
    Config: completeConfig(container),
    NetworkSettings: networkSettings(container),
  };
}

/** A mount as the API shows it. */
export function mountPoint({
  Type,
  Name,
  Source,
  Destination,
  Driver,
  Mode,
  RW,
  Propagation,
}: ContainerMount): MountPoint {
  return {
    Type,
    ...(Name === undefined ? {} : { Name }),
    Source,
    Destination,
    ...(Driver === undefined ? {} : { Driver }),
    Mode: Mode ?? "",
    RW,
    Propagation: Propagation ?? "",
  };
}

/** The networks of a container: what it has while it runs, what it wishes otherwise. */
export function endpointsOf({ endpoints, state }: ContainerDocument): Record<string, EndpointSettings> {
  const actual = state.network?.endpoints;
  if (actual !== undefined)
    return Object.fromEntries(Object.entries(actual).map(([name, each]) => [name, { ...blank, ...each }]));
  return Object.fromEntries(Object.entries(endpoints).map(([name, wish]) => [name, { ...blank, ...wish }]));
}

const blank = {
  IPAMConfig: null,
  Links: null,
  Aliases: null,
  MacAddress: "",
  DriverOpts: null,
  GwPriority: 0,
  NetworkID: "",
  EndpointID: "",
  Gateway: "",
  IPAddress: "",
  IPPrefixLen: 0,
  IPv6Gateway: "",
  GlobalIPv6Address: "",
  GlobalIPv6PrefixLen: 0,
  DNSNames: null,
};

function stateBody(container: ContainerDocument, health: ContainerStateBody["Health"]): ContainerStateBody {
  const { state } = container;
  return {
    Status: state.status,
    Running: isRunning(container) || state.status === "restarting",
    Paused: state.status === "paused",
    Restarting: state.status === "restarting",
    OOMKilled: state.isOomKilled,
    Dead: state.status === "dead",
    Pid: pidOf(state),
    ExitCode: state.exitCode,
    Error: state.error,
    StartedAt: state.startedAt,
    FinishedAt: state.finishedAt,
    ...(health === undefined || health === null ? {} : { Health: health }),
  };
}

/** As dockerd shows it: empty where there is no AppArmor. */
function profileOf({ hostConfig }: ContainerDocument, { isolation }: InspectParts["rooms"]): string {
  if (isolation.apparmor.kind === "off") return "";
  return apparmorOf(securityWishes(hostConfig), isolation) ?? "unconfined";
}

function pidOf({ process }: ContainerState): number {
  return process?.pid ?? 0;
}

function completeConfig({ config }: ContainerDocument): ContainerInspect["Config"] {
  return {
    AttachStdin: false,
    AttachStdout: false,
    AttachStderr: false,
    Tty: false,
    OpenStdin: false,
    StdinOnce: false,
    ...config,
    Image: config.Image ?? "",
    Labels: config.Labels ?? {},
    Volumes: config.Volumes ?? null,
    OnBuild: null,
  } as Readonly<Record<string, unknown>> as unknown as ContainerInspect["Config"];
}

function networkSettings(container: ContainerDocument): ContainerInspect["NetworkSettings"] {
  const Networks = endpointsOf(container);
  const ofDefault = Networks["bridge"] as Readonly<Record<string, unknown>> | undefined;
  const legacy = (key: string, instead: unknown): unknown => ofDefault?.[key] ?? instead;
  return {
    Bridge: "",
    SandboxID: isRunning(container) ? container.id : "",
    SandboxKey: isRunning(container) ? `/proc/${container.state.process?.pid ?? 0}/ns/net` : "",
    Ports: container.state.network?.ports ?? {},
    HairpinMode: false,
    LinkLocalIPv6Address: "",
    LinkLocalIPv6PrefixLen: 0,
    SecondaryIPAddresses: null,
    SecondaryIPv6Addresses: null,
    EndpointID: legacy("EndpointID", ""),
    Gateway: legacy("Gateway", ""),
    GlobalIPv6Address: legacy("GlobalIPv6Address", ""),
    GlobalIPv6PrefixLen: legacy("GlobalIPv6PrefixLen", 0),
    IPAddress: legacy("IPAddress", ""),
    IPPrefixLen: legacy("IPPrefixLen", 0),
    IPv6Gateway: legacy("IPv6Gateway", ""),
    MacAddress: legacy("MacAddress", ""),
    Networks,
  } as ContainerInspect["NetworkSettings"];
}
