import { createHash } from "node:crypto";
import type { IpamPool, Network, NetworkAttachment, Port, Project, Service, Volume } from "../../compose/project.ts";
import { TscomposeError } from "../../errors.ts";
import { type Move, moveOf } from "./move-address.ts";

/** A project moved apart from every other copy of it, and what could not be moved. */
export interface Isolated {
  readonly project: Project;
  readonly remarks: readonly string[];
}

/**
 * Makes a copy of a project that can run beside others of the same files: everything that only one can have on an engine
 * gets a name, port or address of its own. Published ports are chosen by the engine; external things are shared.
 */
export function isolate(project: Project, copy?: string): Isolated {
  const suffix = suffixOf(project, copy);
  const name = isolatedName(project, copy);
  const moves = new Map(Object.values(project.networks).map((network) => [network.key, movesOf(network, name)]));
  const services = mapValues(project.services, (service) => isolateService(service, moves));
  return {
    project: {
      ...project,
      name,
      copyOf: project.name,
      services,
      disabledServices: mapValues(project.disabledServices, (service) => isolateService(service, moves)),
      networks: mapValues(project.networks, (network) =>
        isolateNetwork(network, { project, name, suffix, moves: moves.get(network.key) ?? [] }),
      ),
      volumes: mapValues(project.volumes, (volume) => renamed(volume, { project, name, suffix })),
    },
    remarks: Object.values(services).flatMap(sharedWithHost),
  };
}

/** The project name of a copy. */
export function isolatedName(project: Pick<Project, "name" | "workingDirectory">, copy?: string): string {
  return `${project.name}-${suffixOf(project, copy)}`;
}

function suffixOf({ workingDirectory }: Pick<Project, "workingDirectory">, copy: string | undefined): string {
  return copy === undefined ? digestOf(workingDirectory) : checkedCopy(copy);
}

/** Which name a copy has, in all that is made of it. */
interface Naming {
  readonly project: Project;
  readonly name: string;
  readonly suffix: string;
}

function checkedCopy(copy: string): string {
  if (/^[a-z0-9][a-z0-9_-]*$/.test(copy)) return copy;
  throw new TscomposeError({
    code: "invalid-usage",
    message: `--isolated: a name has lower case letters, digits, - and _, and begins with a letter or digit, got "${copy}"`,
  });
}

/** Without a name the folder decides: one copy for each checkout. */
function digestOf(directory: string): string {
  return createHash("sha256").update(directory).digest("hex").slice(0, 6);
}

function isolateService(service: Service, moves: ReadonlyMap<string, readonly Move[]>): Service {
  const { containerName, ports, networks, ...rest } = service;
  return {
    ...rest,
    ...(ports === undefined ? {} : { ports: ports.map(unpublished) }),
    ...(networks === undefined ? {} : { networks: isolateAttachments(networks, containerName, moves) }),
  };
}

/** Published all the same, but on a port that the engine chooses. */
function unpublished(port: Port): Port {
  const { published: _, ...rest } = port;
  return rest;
}

/** Who found a container by its own name still does: the name becomes an alias within the copy's networks. */
function isolateAttachments(
  networks: NonNullable<Service["networks"]>,
  containerName: string | undefined,
  moves: ReadonlyMap<string, readonly Move[]>,
): NonNullable<Service["networks"]> {
  return Object.fromEntries(
    Object.entries(networks).map(([key, attachment]) => {
      const { ipv4Address, ipv6Address, ...others }: NetworkAttachment = attachment ?? {};
      const moved = (address: string): string => moveAll(address, moves.get(key) ?? []);
      const aliases = [...(others.aliases ?? []), ...(containerName === undefined ? [] : [containerName])];
      const changed: NetworkAttachment = {
        ...others,
        ...(aliases.length === 0 ? {} : { aliases: [...new Set(aliases)] }),
        ...(ipv4Address === undefined ? {} : { ipv4Address: moved(ipv4Address) }),
        ...(ipv6Address === undefined ? {} : { ipv6Address: moved(ipv6Address) }),
      };
      return [key, Object.keys(changed).length === 0 ? attachment : changed];
    }),
  );
}

function movesOf({ isExternal, ipam }: Network, seed: string): readonly Move[] {
  if (isExternal) return [];
  return (ipam?.config ?? []).flatMap(({ subnet }) => (subnet === undefined ? [] : (moveOf(subnet, seed) ?? [])));
}

function isolateNetwork(network: Network, naming: Naming & { readonly moves: readonly Move[] }): Network {
  if (network.isExternal) return network;
  const { ipam, driverOpts, ...rest } = renamed(network, naming);
  const { "com.docker.network.bridge.name": _, ...options } = driverOpts ?? {};
  const pools = ipam?.config?.map((pool) => movePool(pool, naming.moves));
  return {
    ...rest,
    ...(Object.keys(options).length === 0 ? {} : { driverOpts: options }),
    ...(ipam === undefined ? {} : { ipam: { ...ipam, ...(pools === undefined ? {} : { config: pools }) } }),
  };
}

function movePool({ subnet, gateway, ipRange, auxAddresses, ...rest }: IpamPool, moves: readonly Move[]): IpamPool {
  return {
    ...rest,
    ...(subnet === undefined ? {} : { subnet: moveAll(subnet, moves) }),
    ...(gateway === undefined ? {} : { gateway: moveAll(gateway, moves) }),
    ...(ipRange === undefined ? {} : { ipRange: moveAll(ipRange, moves) }),
    ...(auxAddresses === undefined
      ? {}
      : { auxAddresses: mapValues(auxAddresses, (address) => moveAll(address, moves)) }),
  };
}

function moveAll(text: string, moves: readonly Move[]): string {
  return moves.map((move) => move.of(text)).find((moved) => moved !== text) ?? text;
}

function renamed<Thing extends Network | Volume>(thing: Thing, { project, name, suffix }: Naming): Thing {
  if (thing.isExternal) return thing;
  const isDefault = thing.name === `${project.name}_${thing.key}`;
  return { ...thing, name: isDefault ? `${name}_${thing.key}` : `${thing.name}-${suffix}` };
}

function sharedWithHost({ name, networkMode, ports }: Service): string[] {
  if (networkMode !== "host") return [];
  const what = ports === undefined ? "" : ", whatever ports it publishes";
  return [`services.${name}.network_mode: host is shared by all copies${what}`];
}

function mapValues<Value, Result>(
  values: Readonly<Record<string, Value>>,
  map: (value: Value) => Result,
): Record<string, Result> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, map(value)]));
}
