import { randomBytes } from "node:crypto";
import type { EndpointSettings } from "../../docker-api/container.ts";
import { badRequest, notFound } from "../api/http-error.ts";
import { macOf, parseAddress } from "./address.ts";
import type { Endpoint } from "./endpoint.ts";
import type { NetworkState } from "./live.ts";
import { bridgeOptions, isLinked, type NetworkDocument } from "./network.ts";
import type { NetworkedContainer } from "./networks.ts";

/** What a container has wished of a network, the network found. */
export interface JoinWish {
  readonly network: NetworkDocument;
  readonly settings: EndpointSettings;
}

/** Finds the networks that a container names, in its order. Throws 404 for a missing one. */
export function wishesOf(state: NetworkState, container: NetworkedContainer): JoinWish[] {
  return Object.entries(container.endpoints).map(([reference, settings]) => {
    const network = wishedNetwork(state, reference, settings);
    if (network === undefined) {
      throw notFound(`failed to set up container networking: network ${reference} not found`);
    }
    return { network, settings };
  });
}

/** The network that a container means: by id where it has been on it before, as names may have changed hands. */
export function wishedNetwork(
  { store }: NetworkState,
  reference: string,
  { NetworkID }: EndpointSettings,
): NetworkDocument | undefined {
  return (NetworkID ? store.byId(NetworkID) : undefined) ?? store.find(reference);
}

/** Gives a container its place on a network. Throws in Docker's words when it cannot have the addresses it wishes. */
export function join(
  { addresses }: NetworkState,
  container: NetworkedContainer,
  { network, settings }: JoinWish,
  interfaceIndex: number,
): Endpoint {
  const macAddress = settings.MacAddress || undefined;
  if (macAddress !== undefined && !isMacAddress(macAddress)) throw badRequest(`invalid MAC address: ${macAddress}`);
  const { ipv4, ipv6 } = isLinked(network) ? addresses.take(network, settings) : {};
  const first = parseAddress(ipv4?.address ?? ipv6?.address ?? "");
  return {
    network,
    containerId: container.id,
    id: randomBytes(32).toString("hex"),
    settings,
    macAddress: macAddress ?? (first === undefined ? "" : macOf(first)),
    ipv4,
    ipv6,
    names: namesOf(container, settings),
    interfaceName: interfaceName({ network, settings }, interfaceIndex),
  };
}

/** Finds the place of a container that runs since before this engine. */
export function rejoin(
  { addresses }: NetworkState,
  container: NetworkedContainer,
  { network, settings }: JoinWish,
  actual: EndpointSettings,
): Endpoint {
  return {
    network,
    containerId: container.id,
    id: actual.EndpointID ?? "",
    settings,
    macAddress: actual.MacAddress ?? "",
    ...addresses.adopt(network, actual),
    names: namesOf(container, settings),
    interfaceName: "",
  };
}

/** What a container is called on a network; the first is what its address is answered with. */
export function namesOf({ name, id, hostname }: NetworkedContainer, { Aliases }: EndpointSettings): string[] {
  const all = [name, ...(Aliases ?? []), id.slice(0, 12), hostname];
  return [...new Set(all.filter((each) => each !== ""))];
}

const ifnameOption = "com.docker.network.endpoint.ifname";

function interfaceName({ network, settings }: JoinWish, index: number): string {
  const wished = settings.DriverOpts?.[ifnameOption];
  if (wished === undefined) return `${network.options[bridgeOptions.interfacePrefix] ?? "eth"}${index}`;
  if (!/^[A-Za-z0-9][A-Za-z0-9_.-]{0,14}$/.test(wished)) throw badRequest(`invalid interface name: ${wished}`);
  return wished;
}

function isMacAddress(text: string): boolean {
  return /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i.test(text);
}
