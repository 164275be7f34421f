import type { EventBus } from "../events.ts";
import type { DnsListener } from "../host/dns-socket.ts";
import type { NftWriter } from "../host/nft.ts";
import type { AddressBook } from "./address-book.ts";
import type { NamedEndpoint, NameTable } from "./dns/name-table.ts";
import { type Endpoint, isDefaultBridge } from "./endpoint.ts";
import type { NetworkStore } from "./network-store.ts";
import { isLinked, type NetworkDocument } from "./network.ts";
import type { ContainersOnNetworks, NetworkedContainer } from "./networks.ts";
import type { PortKeeper, PublishedPorts, PublishTarget } from "./published-ports.ts";

/** What the parts of this room share: the networks and what runs on them. */
export interface NetworkState {
  /** Name of the tables of rules, and what is written on bridges. */
  readonly mark: string;
  readonly store: NetworkStore;
  readonly addresses: AddressBook;
  readonly names: NameTable;
  readonly ports: PortKeeper;
  readonly nft: NftWriter;
  /** Firewalls that are not ours. */
  readonly foreign: { settle(): Promise<void>; settleNow(): void };
  readonly containers: ContainersOnNetworks;
  readonly events: EventBus;
  /** Tells whoever runs the engine what it did to the host, or could not do. */
  readonly announce: (message: string) => void;
  /** Servers of names by id of the network. */
  readonly servers: Map<string, DnsListener>;
  /** Containers that have something of ours, by id. */
  readonly live: Map<string, LiveContainer>;
}

/** A container that runs or is about to. */
export interface LiveContainer {
  readonly container: NetworkedContainer;
  readonly endpoints: readonly Endpoint[];
  readonly published: PublishedPorts | undefined;
  readonly isActive: boolean;
}

/** The running containers of a network. */
export function membersOf(
  state: NetworkState,
  networkId: string,
): { container: NetworkedContainer; endpoint: Endpoint }[] {
  return [...state.live.values()].flatMap(({ container, endpoints }) =>
    endpoints.filter(({ network }) => network.id === networkId).map((endpoint) => ({ container, endpoint })),
  );
}

/** Where the server of names of a network listens. */
export function namesAddress(
  { servers }: NetworkState,
  network: NetworkDocument,
): { readonly address: string; readonly port: number } | undefined {
  const port = servers.get(network.id)?.port;
  const gateway = network.subnets.find(({ block }) => !block.includes(":"))?.gateway;
  return port === undefined || gateway === undefined ? undefined : { address: gateway, port };
}

/** Lets others find a container by its names. On the default bridge it only may ask. */
export function nameEndpoint(state: NetworkState, endpoint: Endpoint): void {
  if (!isLinked(endpoint.network)) return;
  const named: NamedEndpoint = {
    containerId: endpoint.containerId,
    network: endpoint.network.name,
    names: isDefaultBridge(endpoint.network) ? [] : endpoint.names,
    links: linksOf(endpoint.settings.Links ?? []),
    ipv4: endpoint.ipv4?.address,
    ipv6: endpoint.ipv6?.address,
  };
  state.names.add(named);
}

/** Where published ports of a container lead to, through the network that leads it to the world. */
export function publishTarget({ name }: NetworkedContainer, endpoint: Endpoint): PublishTarget {
  return {
    endpointName: name,
    endpointId: endpoint.id,
    ipv4: endpoint.ipv4?.address,
    ipv6: endpoint.ipv6?.address,
  };
}

/** Tells that a container came to a network or left it. */
export function publishMembership(state: NetworkState, action: "connect" | "disconnect", endpoint: Endpoint): void {
  publishNetwork(state, action, endpoint.network, { container: endpoint.containerId });
}

/** Tells what happened to a network. */
export function publishNetwork(
  { events }: NetworkState,
  action: string,
  network: NetworkDocument,
  attributes: Readonly<Record<string, string>> = {},
): void {
  const Attributes = { ...attributes, name: network.name, type: network.driver };
  events.publish({ Type: "network", Action: action, Actor: { ID: network.id, Attributes } });
}

/** `container:alias`; the alias defaults to the container's name. */
export function linksOf(links: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    links.map((link) => {
      const [target = "", alias = target] = link.split(":");
      return [alias, target];
    }),
  );
}
