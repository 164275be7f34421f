import type { ContainerSummary } from "../docker-api/container.ts";
import type { ImageInspect } from "../docker-api/image.ts";
import type { NetworkInfo } from "../docker-api/network.ts";
import type { VolumeInfo } from "../docker-api/volume.ts";
import { label } from "./labels.ts";
import type {
  ContainerState,
  ObservedContainer,
  ObservedImage,
  ObservedNetwork,
  ObservedPort,
  ObservedVolume,
} from "./snapshot.ts";

/** Reads a row of the container list as a container of a project. */
export function toContainer(row: ContainerSummary): ObservedContainer {
  const number = Number(row.Labels[label.containerNumber]);
  const health = healthOf(row.Status);
  const exitCode = exitCodeOf(row.Status);
  return {
    id: row.Id,
    name: nameOf(row),
    service: row.Labels[label.service] ?? "",
    ...(Number.isInteger(number) && number > 0 ? { number } : {}),
    isOneOff: row.Labels[label.oneOff] === "True",
    state: stateOf(row.State),
    ...(health === undefined ? {} : { health }),
    ...(exitCode === undefined ? {} : { exitCode }),
    image: row.Image,
    imageId: row.ImageID,
    labels: row.Labels,
    networks: Object.fromEntries(
      Object.entries(row.NetworkSettings?.Networks ?? {}).map(([name, { NetworkID }]) => [name, NetworkID ?? ""]),
    ),
    networkMode: row.HostConfig?.NetworkMode ?? "",
    mounts: (row.Mounts ?? []).map(({ Type, Name, Source, Destination }) => ({
      type: Type ?? "",
      source: Name ?? Source,
      target: Destination,
    })),
    ports: row.Ports.flatMap(toPort),
    createdAtSeconds: row.Created,
    status: row.Status,
  };
}

/** Reads a network; it is the project's only if it says so itself. */
export function toNetwork(info: NetworkInfo, project: string): ObservedNetwork {
  const labels = info.Labels ?? {};
  return {
    id: info.Id,
    name: info.Name,
    driver: info.Driver,
    labels,
    isOwned: labels[label.project] === project,
    info,
  };
}

/** Reads a volume; it is the project's only if it says so itself. */
export function toVolume(info: VolumeInfo, project: string): ObservedVolume {
  const labels = info.Labels ?? {};
  return { name: info.Name, driver: info.Driver, labels, isOwned: labels[label.project] === project, info };
}

/** Reads an image. */
export function toImage(image: ImageInspect): ObservedImage {
  const lastTagTime = image.Metadata?.LastTagTime;
  return {
    id: image.Id,
    volumes: Object.keys(image.Config?.Volumes ?? {}).sort(),
    labels: image.Config?.Labels ?? {},
    ...(lastTagTime === undefined ? {} : { lastTagTime }),
    config: image.Config ?? {},
  };
}

/** Links add names of the form `/other/alias`; the container's own has a single slash. */
function nameOf({ Names, Id }: ContainerSummary): string {
  const own = Names.find((name) => name.lastIndexOf("/") === 0) ?? Names[0];
  return own === undefined ? Id : own.slice(1);
}

const states: readonly ContainerState[] = ["created", "running", "paused", "restarting", "removing", "exited", "dead"];

function stateOf(text: string): ContainerState {
  // Podman has words of its own; what it calls stopped has run, in the moments between these nothing runs.
  return text === "stopped" ? "exited" : (states.find((state) => state === text) ?? "created");
}

/** The list tells health and exit code only in its sentence: `Up 3 minutes (healthy)`, `Exited (137) 2 days ago`. */
function healthOf(status: string): ObservedContainer["health"] {
  if (status.includes("(healthy)")) return "healthy";
  if (status.includes("(unhealthy)")) return "unhealthy";
  return status.includes("(health: starting)") ? "starting" : undefined;
}

function exitCodeOf(status: string): number | undefined {
  const found = /^(?:Exited|Restarting) \((\d+)\)/.exec(status)?.[1];
  return found === undefined ? undefined : Number(found);
}

function toPort(port: ContainerSummary["Ports"][number]): ObservedPort[] {
  if (port.PublicPort === undefined) return [];
  return [{ hostIp: port.IP ?? "", published: port.PublicPort, target: port.PrivatePort, protocol: port.Type }];
}
