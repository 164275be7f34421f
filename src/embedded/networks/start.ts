import { forgetUdpFlows } from "../host/conntrack.ts";
import { hostNames, hostResolvConf, interfaceIndex, networkSetting, otherNamespace } from "../host/host-network.ts";
import { badRequest } from "../api/http-error.ts";
import {
  type Endpoint,
  endpointInfo,
  gatewayEndpoint,
  gatewayLines,
  hostLines,
  isDefaultBridge,
  namespaceLines,
  pairLineFromWithin,
  resolverEndpoint,
  resolverLines,
} from "./endpoint.ts";
import { addForwardingsText, type Forwarding, removeForwardingsText } from "./firewall.ts";
import { join, type JoinWish, wishesOf } from "./join.ts";
import { type LiveContainer, nameEndpoint, type NetworkState, publishMembership, publishTarget } from "./live.ts";
import { embeddedResolvConf, hostsFile, parseResolvConf, plainResolvConf } from "./name-files.ts";
import { bridgeOptions, firewalled, isLinked, type NetworkDocument } from "./network.ts";
import type { NetworkedContainer, PreparedNetwork } from "./networks.ts";
import { offeredPorts, type PortWish, portWishes } from "./port-wishes.ts";
import type { PublishedPorts } from "./published-ports.ts";

/** Reserves what a start needs, and names the container; on a refusal nothing stays of it. */
export async function prepare(state: NetworkState, container: NetworkedContainer): Promise<PreparedNetwork> {
  await release(state, container.id);
  // From here to what is kept of them nothing is waited for: no network goes meanwhile.
  const wishes = wishesOf(state, container);
  checkModes(wishes);
  await using undo = new AsyncDisposableStack();
  undo.defer(() => release(state, container.id));
  const endpoints: Endpoint[] = [];
  const keep = (published?: PublishedPorts): void => {
    state.live.set(container.id, { container, endpoints: [...endpoints], published, isActive: false });
  };
  for (const [index, wish] of wishes.entries()) {
    endpoints.push(join(state, container, wish, index));
    keep();
  }
  const gateway = gatewayEndpoint(endpoints);
  const published =
    gateway?.network.driver !== "bridge"
      ? undefined
      : await state.ports.publish(publishWishes(container, gateway.network), publishTarget(container, gateway));
  keep(published);
  const prepared = await preparedOf(state, container, { endpoints, gateway, published });
  // Before its first process runs, which may ask for names at once: who asks is known by the same table.
  for (const endpoint of endpoints) nameEndpoint(state, endpoint);
  undo.move();
  return prepared;
}

/** Ports lead to the container from now on. */
export async function activate(state: NetworkState, containerId: string): Promise<void> {
  const live = state.live.get(containerId);
  if (live === undefined || live.isActive) return;
  state.live.set(containerId, { ...live, isActive: true });
  const forwardings = live.published?.forwardings() ?? [];
  if (forwardings.length > 0) await state.nft.apply(addForwardingsText(state.mark, forwardings));
  await forgetUdpFlows(udpPorts(forwardings));
  tell(state, "connect", live);
  state.foreign.settleNow();
}

/** Takes back what `prepare` gave. */
export async function release(state: NetworkState, containerId: string): Promise<void> {
  const live = state.live.get(containerId);
  if (live === undefined) return;
  state.live.delete(containerId);
  state.names.remove(containerId);
  await unpublish(state, live);
  // After the rules: no port leads to who gets the addresses next.
  for (const { network, ...addresses } of live.endpoints) state.addresses.release(network.id, addresses);
  if (live.isActive) tell(state, "disconnect", live);
}

function tell(state: NetworkState, action: "connect" | "disconnect", { container, endpoints }: LiveContainer): void {
  if (container.isUnlisted === true) return;
  for (const endpoint of endpoints) publishMembership(state, action, endpoint);
}

async function unpublish(state: NetworkState, { published, isActive }: LiveContainer): Promise<void> {
  const forwardings = published?.forwardings() ?? [];
  if (isActive && forwardings.length > 0) {
    await state.nft.apply(removeForwardingsText(state.mark, forwardings));
    await forgetUdpFlows(udpPorts(forwardings));
  }
  // After the rules: who takes the port next finds it free of them.
  await published?.close();
}

function udpPorts(forwardings: readonly Forwarding[]): readonly number[] {
  return forwardings.filter(({ protocol }) => protocol === "udp").map(({ hostPort }) => hostPort);
}

/** The ports that a container wishes to publish, at the address that its network prefers. */
export function publishWishes({ ports }: NetworkedContainer, network: NetworkDocument): PortWish[] {
  const preferred = network.options[bridgeOptions.hostAddress] ?? "0.0.0.0";
  const wishes = portWishes(ports);
  if (preferred === "0.0.0.0") return wishes;
  return wishes.map((wish) => (wish.hostAddress === "" ? { ...wish, hostAddress: preferred } : wish));
}

interface Chosen {
  readonly endpoints: readonly Endpoint[];
  readonly gateway: Endpoint | undefined;
  readonly published: PublishedPorts | undefined;
}

async function preparedOf(
  state: NetworkState,
  container: NetworkedContainer,
  { endpoints, gateway, published }: Chosen,
): Promise<PreparedNetwork> {
  const linked = endpoints.filter(({ network }) => isLinked(network));
  const resolver = resolverEndpoint(linked);
  const isOnHost = endpoints.some(({ network }) => network.driver === "host");
  const offered = Object.fromEntries(offeredPorts(container.ports).map((port) => [port, null]));
  const hasPorts = Object.keys(published?.bindings ?? {}).length > 0;
  const links = linked.map((endpoint) => linkLines(endpoint, hasPorts));
  return {
    hostBatch: batch(links.flatMap(({ onHost }) => onHost)),
    namespaceBatch: isOnHost
      ? ""
      : batch([
          "link set lo up",
          ...links.flatMap(({ within }) => within),
          ...linked.flatMap(namespaceLines),
          ...(gateway === undefined ? [] : gatewayLines(gateway)),
          ...(resolver === undefined ? [] : resolverLines(resolver)),
        ]),
    sysctls: isOnHost ? {} : sysctlsOf(linked),
    endpoints: Object.fromEntries(endpoints.map((endpoint) => [endpoint.network.name, endpointInfo(endpoint)])),
    ports: isOnHost ? {} : { ...offered, ...published?.bindings },
    resolvConf: await resolvConfOf(container, endpoints),
    hosts: isOnHost ? await hostNames() : hostsOf(state, container, linked),
  };
}

/** Where its link is made: within the container where that is enough, which takes one program less. */
function linkLines(
  endpoint: Endpoint,
  hasPorts: boolean,
): { readonly onHost: readonly string[]; readonly within: readonly string[] } {
  const other = `/proc/self/fd/${otherNamespace}`;
  const { device = "", driver } = endpoint.network;
  const { isConnected } = firewalled(endpoint.network);
  const bridgeIndex = hasPorts || !isConnected || driver !== "bridge" ? undefined : interfaceIndex(device);
  if (bridgeIndex === undefined) {
    return { onHost: hostLines(endpoint, other, isConnected), within: [] };
  }
  return { onHost: [], within: [pairLineFromWithin(endpoint, other, bridgeIndex)] };
}

function batch(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join("");
}

function sysctlsOf(endpoints: readonly Endpoint[]): Record<string, string> {
  const hasIpv6 = networkSetting("ipv6/conf/all/disable_ipv6") !== undefined;
  return Object.fromEntries([
    // 127.0.0.11 leads out of the container.
    ...(resolverEndpoint(endpoints) !== undefined ? [["net.ipv4.conf.all.route_localnet", "1"]] : []),
    ...endpoints
      .filter(({ ipv6 }) => hasIpv6 && ipv6 === undefined)
      .map(({ interfaceName }) => [`net.ipv6.conf.${interfaceName}.disable_ipv6`, "1"]),
  ]) as Record<string, string>;
}

async function resolvConfOf({ dns }: NetworkedContainer, endpoints: readonly Endpoint[]): Promise<string> {
  const host = parseResolvConf(await hostResolvConf());
  const isNamed = endpoints.some(({ network }) => network.driver === "bridge" && !isDefaultBridge(network));
  if (isNamed) return embeddedResolvConf(host, dns);
  const isOnHost = endpoints.some(({ network }) => network.driver === "host");
  return isOnHost && dns.servers.length === 0 ? await hostResolvConf() : plainResolvConf(host, dns);
}

function hostsOf(state: NetworkState, container: NetworkedContainer, endpoints: readonly Endpoint[]): string {
  const { hostname, domainname, extraHosts } = container;
  const addresses = endpoints.flatMap(({ ipv4, ipv6 }) => [ipv4?.address, ipv6?.address]);
  return hostsFile({
    hostname,
    ...(domainname === undefined ? {} : { domainname }),
    addresses: addresses.filter((address) => address !== undefined),
    extraHosts: [...extraHosts, ...linkedHosts(state, container)],
    hostGateway: hostGatewayOf(state),
  });
}

/** What `host-gateway` stands for. */
export function hostGatewayOf({ store }: Pick<NetworkState, "store">): string {
  return store.byName("bridge")?.subnets[0]?.gateway ?? "";
}

/** Links of the default bridge, whose names nobody serves. */
function linkedHosts({ live }: NetworkState, { links }: NetworkedContainer): string[] {
  return links.flatMap((link) => {
    const [target = "", alias = target] = link.split(":");
    const found = [...live.values()].find(({ container: { name, id } }) =>
      [name, id, id.slice(0, 12)].includes(target),
    );
    const endpoint = found?.endpoints.find(({ network }) => isDefaultBridge(network));
    if (found === undefined || endpoint?.ipv4 === undefined) return [];
    const names = [...new Set([alias, found.container.name, found.container.hostname])];
    return [`${names.join(" ")}:${endpoint.ipv4.address}`];
  });
}

/** The host's network and none at all go together with no other. */
function checkModes(wishes: readonly JoinWish[]): void {
  if (wishes.length < 2) return;
  for (const { network } of wishes) {
    if (network.driver === "host") {
      throw badRequest("cannot connect container to host network - container must be created in host network mode");
    }
    if (network.driver === "null") {
      throw badRequest(
        "container cannot be connected to multiple networks with one of the networks in private (none) mode",
      );
    }
  }
}
