import type { EndpointSettings } from "../../docker-api/container.ts";
import { embeddedServer } from "./name-files.ts";
import { isLinked, macvlanOptions, type NetworkDocument } from "./network.ts";
import { portPrefix } from "./firewall.ts";

/** A container's place on a network, with everything chosen. */
export interface Endpoint {
  readonly network: NetworkDocument;
  readonly containerId: string;
  /** 64 hex digits, new for every start. */
  readonly id: string;
  /** The wish that it came from. */
  readonly settings: EndpointSettings;
  readonly macAddress: string;
  readonly ipv4: EndpointAddress | undefined;
  readonly ipv6: EndpointAddress | undefined;
  /** What it is called on the network. */
  readonly names: readonly string[];
  /** Name of its interface in the container; empty while it is not known, as an earlier engine made it. */
  readonly interfaceName: string;
}

/** An address with where it belongs. */
export interface EndpointAddress {
  readonly address: string;
  readonly prefix: number;
  readonly gateway: string;
}

/**
 * Name of the host's end of the link. By the endpoint's id: the kernel takes the end of an earlier start away some
 * time after that container is gone.
 */
export function portDevice(endpointId: string): string {
  return `${portPrefix}${endpointId.slice(0, 11)}`;
}

/** How the host's end is made; the other end goes to the namespace of this file or process id. */
export function hostLines(endpoint: Endpoint, namespace: string, isConnected: boolean): string[] {
  const { device = "", driver } = endpoint.network;
  if (driver === "macvlan") return [macvlanLine(endpoint, namespace)];
  const port = portDevice(endpoint.id);
  return [
    pairLine(endpoint, { host: `master ${device}`, own: `netns ${namespace}` }),
    // A container may reach itself through a port that it publishes.
    `link set ${port} type bridge_slave hairpin on`,
    ...(isConnected ? [] : [`link set ${port} type bridge_slave isolated on`]),
  ];
}

/**
 * The same from the container's side, for a port of the bridge that needs no settings of its own: takes no work in the
 * host's namespace, given by its file, where the bridge has this number.
 */
export function pairLineFromWithin(endpoint: Endpoint, hostNamespace: string, bridgeIndex: number): string {
  return pairLine(endpoint, {
    host: `netns ${hostNamespace} master if${bridgeIndex}`,
    own: "netns /proc/self/ns/net",
  });
}

function pairLine(
  { id, network, interfaceName, macAddress }: Endpoint,
  { host, own }: { readonly host: string; readonly own: string },
): string {
  const mtu = network.options["com.docker.network.driver.mtu"];
  const size = mtu === undefined || mtu === "0" ? "" : ` mtu ${mtu}`;
  const peer = `peer name ${interfaceName} address ${macAddress}${size} ${own}`;
  return `link add ${portDevice(id)} ${host}${size} up type veth ${peer}`;
}

function macvlanLine({ network: { options }, interfaceName, macAddress }: Endpoint, namespace: string): string {
  const { [macvlanOptions.parent]: parent = "", [macvlanOptions.mode]: mode = "bridge" } = options;
  return `link add link ${parent} name ${interfaceName} address ${macAddress} netns ${namespace} type macvlan mode ${mode}`;
}

/** How the container's end is set up. */
export function namespaceLines({ interfaceName, ipv4, ipv6 }: Endpoint): string[] {
  return [
    ...(ipv4 === undefined ? [] : [`address add ${ipv4.address}/${ipv4.prefix} broadcast + dev ${interfaceName}`]),
    // Nobody else can have it: asking around would only keep programs from using it for a second.
    ...(ipv6 === undefined ? [] : [`address add ${ipv6.address}/${ipv6.prefix} dev ${interfaceName} nodad`]),
    `link set ${interfaceName} up`,
  ];
}

/** Routes to everywhere else; `replace` also takes the place of another network's. */
export function gatewayLines({ interfaceName, ipv4, ipv6 }: Endpoint): string[] {
  if (interfaceName === "") return [];
  return [ipv4, ipv6]
    .filter((address) => address !== undefined)
    .map(({ gateway }) => `route replace default via ${gateway} dev ${interfaceName}`);
}

/** The way to the server of names: an address of the container's own loopback that leads to the bridge. */
export function resolverLines({ interfaceName, ipv4 }: Endpoint): string[] {
  if (ipv4 === undefined || interfaceName === "") return [];
  const { gateway, address } = ipv4;
  return [`route replace ${embeddedServer}/32 via ${gateway} dev ${interfaceName} src ${address} table local`];
}

/** The first of its networks that has a server of names. */
export function resolverEndpoint(endpoints: readonly Endpoint[]): Endpoint | undefined {
  return endpoints.find(({ network, ipv4 }) => network.driver === "bridge" && ipv4 !== undefined);
}

/** Through which of its networks a container reaches the world: Docker's order. */
export function gatewayEndpoint(endpoints: readonly Endpoint[]): Endpoint | undefined {
  return endpoints
    .filter(({ network }) => isLinked(network) && !network.isInternal)
    .toSorted((one, other) => {
      const byPriority = (other.settings.GwPriority ?? 0) - (one.settings.GwPriority ?? 0);
      if (byPriority !== 0) return byPriority;
      return one.network.name < other.network.name ? -1 : 1;
    })[0];
}

/** The endpoint as inspect of its container shows it. */
export function endpointInfo({ network, id, settings, macAddress, ipv4, ipv6, names }: Endpoint): EndpointSettings {
  const gateway = (address: EndpointAddress | undefined): string =>
    network.isInternal ? "" : (address?.gateway ?? "");
  const isNamed = !isDefaultBridge(network);
  return {
    IPAMConfig: settings.IPAMConfig ?? null,
    Links: settings.Links ?? null,
    Aliases: settings.Aliases ?? null,
    MacAddress: macAddress,
    DriverOpts: settings.DriverOpts ?? null,
    GwPriority: settings.GwPriority ?? 0,
    NetworkID: network.id,
    EndpointID: id,
    Gateway: gateway(ipv4),
    IPAddress: ipv4?.address ?? "",
    IPPrefixLen: ipv4?.prefix ?? 0,
    IPv6Gateway: gateway(ipv6),
    GlobalIPv6Address: ipv6?.address ?? "",
    GlobalIPv6PrefixLen: ipv6?.prefix ?? 0,
    DNSNames: isNamed ? names : null,
  };
}

/** The network of containers that name none: names are not known there. */
export function isDefaultBridge({ isPredefined, driver }: NetworkDocument): boolean {
  return isPredefined && driver === "bridge";
}
