import type { ContainerCreateBody, HostConfig } from "../docker-api/container.ts";
import type { ObservedContainer } from "../observe/snapshot.ts";

/** Tells of a container that stops whether the wanted one must wait for that: both claim the same thing of the host. */
export function rivalryWith(body: ContainerCreateBody): Rivalry {
  const sources = mountSources(body.HostConfig ?? {});
  const clashes = clashesWith(body);
  // Two containers on one volume, say a database's, must not overlap in time when one takes over from the other.
  return (stopping) => clashes(stopping) || stopping.mounts.some(({ source }) => source !== "" && sources.has(source));
}

/** Tells of a container whether the wanted one cannot run beside it: only one can have a port or an address. */
export function clashesWith({ HostConfig: host = {}, NetworkingConfig }: ContainerCreateBody): Rivalry {
  const ports = publishedPorts(host);
  const addressed = Object.entries(NetworkingConfig?.EndpointsConfig ?? {}).flatMap(([network, { IPAMConfig }]) =>
    (IPAMConfig?.IPv4Address ?? IPAMConfig?.IPv6Address) === undefined ? [] : [network],
  );
  return (stopping) =>
    ports.some((port) =>
      stopping.ports.some((held) => held.protocol === port.protocol && isWithin(held.published, port)),
    ) ||
    addressed.some((network) => stopping.networks[network] !== undefined) ||
    (host.NetworkMode === "host" && stopping.networkMode === "host");
}

/** True: wait for this one to stop. */
export type Rivalry = (stopping: ObservedContainer) => boolean;

interface PortRange {
  readonly protocol: string;
  readonly first: number;
  readonly last: number;
}

function publishedPorts({ PortBindings }: HostConfig): PortRange[] {
  return Object.entries(PortBindings ?? {}).flatMap(([port, bindings]) =>
    bindings.flatMap(({ HostPort }) => {
      if (HostPort === "") return [];
      const [first = 0, last = first] = HostPort.split("-").map(Number);
      return [{ protocol: port.split("/")[1] ?? "tcp", first, last }];
    }),
  );
}

function isWithin(port: number, { first, last }: PortRange): boolean {
  return port >= first && port <= last;
}

function mountSources({ Binds = [], Mounts = [] }: HostConfig): ReadonlySet<string> {
  const bound = Binds.map((text) => text.split(":")[0] ?? "");
  return new Set([...bound, ...Mounts.flatMap(({ Source }) => Source ?? [])]);
}
