import type { EndpointSettings } from "../../docker-api/container.ts";
import { badRequest, HttpError, notFound } from "../api/http-error.ts";
import { interfacesOf, ipBatch, ipBatchOf } from "../host/host-network.ts";
import { startTimeOf } from "../host/processes.ts";
import { checkStaticAddresses } from "./address-book.ts";
import {
  type Endpoint,
  endpointInfo,
  gatewayEndpoint,
  gatewayLines,
  hostLines,
  namespaceLines,
  portDevice,
  resolverEndpoint,
  resolverLines,
} from "./endpoint.ts";
import { addForwardingsText, removeForwardingsText } from "./firewall.ts";
import { join, type JoinWish, namesOf } from "./join.ts";
import { type LiveContainer, nameEndpoint, type NetworkState, publishMembership, publishTarget } from "./live.ts";
import { firewalled, isLinked, type NetworkDocument } from "./network.ts";
import type { NetworkedContainer } from "./networks.ts";

/** Joins a container to one more network, at once when it runs. Throws `HttpError` in Docker's words. */
export async function connect(
  state: NetworkState,
  network: NetworkDocument,
  { reference, settings }: { readonly reference: string; readonly settings: EndpointSettings },
): Promise<void> {
  const { container } = findContainer(state, reference);
  await state.containers.alone(container.id, () => connectAlone(state, network, { id: container.id, settings }));
}

async function connectAlone(
  state: NetworkState,
  network: NetworkDocument,
  { id, settings }: { readonly id: string; readonly settings: EndpointSettings },
): Promise<void> {
  const { container, pid } = findContainer(state, id);
  checkMode(state, network, container);
  checkStaticAddresses(network, settings.IPAMConfig);
  if (wishKey(state, container, network) !== undefined) {
    throw new HttpError(403, `endpoint with name ${container.name} already exists in network ${network.name}`);
  }
  const wished = { ...container.endpoints, [network.name]: settings };
  const live = await liveOf(state, id, pid);
  const save = (): Promise<void> => state.containers.saveEndpoints(id, { wished, actual: {} });
  if (pid === undefined || live === undefined) return save();
  try {
    const endpoint = await link(state, { live, pid, wished }, { network, settings });
    nameEndpoint(state, endpoint);
    publishMembership(state, "connect", endpoint);
  } catch (error) {
    if (hasProcess(pid)) throw error;
    await save();
  }
}

/** Gives a container that runs a place on one more network. */
async function link(
  state: NetworkState,
  change: Omit<EndpointChange, "endpoints">,
  { network, settings }: JoinWish,
): Promise<Endpoint> {
  const { live, pid } = change;
  const endpoint = join(state, live.container, { network, settings }, await freeIndex(pid));
  try {
    await ipBatch(hostLines(endpoint, String(pid), firewalled(network).isConnected));
    await ipBatchOf(pid, namespaceLines(endpoint));
    await changeEndpoints(state, { ...change, endpoints: [...live.endpoints, endpoint] });
    return endpoint;
  } catch (error) {
    // Whether it came to that or not: the interface must not outlive its addresses.
    await unlink(endpoint, pid).catch(() => {});
    state.addresses.release(network.id, endpoint);
    throw error;
  }
}

/** What a container that runs has on its networks; the interfaces of one that runs since before this engine are looked for. */
async function liveOf(state: NetworkState, id: string, pid: number | undefined): Promise<LiveContainer | undefined> {
  const live = state.live.get(id);
  const isUnknown = ({ network, interfaceName }: Endpoint): boolean => isLinked(network) && interfaceName === "";
  if (pid === undefined || live?.endpoints.some(isUnknown) !== true) return live;
  // It may be just ending.
  const interfaces = await interfacesOf(pid).catch(() => []);
  const endpoints = live.endpoints.map((endpoint) => {
    const found = interfaces.find(({ address }) => address === endpoint.macAddress.toLowerCase());
    return found !== undefined && isUnknown(endpoint) ? { ...endpoint, interfaceName: found.name } : endpoint;
  });
  const named = { ...live, endpoints };
  state.live.set(id, named);
  return named;
}

/** Whether a container has not just ended by itself: then it has no interfaces any more either. */
function hasProcess(pid: number): boolean {
  return startTimeOf(pid) !== undefined;
}

/** Takes a container off a network, at once when it runs. Throws `HttpError` in Docker's words. */
export async function disconnect(
  state: NetworkState,
  network: NetworkDocument,
  { reference, isForced }: { readonly reference: string; readonly isForced: boolean },
): Promise<void> {
  const found = state.containers.find(reference);
  if (found === undefined && isForced) throw notFound(`endpoint ${reference} not found`);
  const { container } = found ?? findContainer(state, reference);
  await state.containers.alone(container.id, () => disconnectAlone(state, network, container.id));
}

async function disconnectAlone(state: NetworkState, network: NetworkDocument, id: string): Promise<void> {
  const { container, pid } = findContainer(state, id);
  const key = wishKey(state, container, network);
  if (key === undefined) {
    throw new HttpError(500, `container ${container.id} is not connected to network ${network.name}`);
  }
  if (network.driver === "host") {
    throw badRequest("container cannot be disconnected from host network");
  }
  const wished = Object.fromEntries(Object.entries(container.endpoints).filter(([name]) => name !== key));
  const live = await liveOf(state, id, pid);
  const endpoint = live?.endpoints.find((each) => each.network.id === network.id);
  const save = (): Promise<void> => state.containers.saveEndpoints(id, { wished, actual: {} });
  if (pid === undefined || live === undefined || endpoint === undefined) return save();
  state.names.remove(id, network.name);
  const endpoints = live.endpoints.filter((each) => each !== endpoint);
  try {
    // Told first: the next engine takes away what is there without being told of.
    await changeEndpoints(state, { live, pid, wished, endpoints });
    await unlink(endpoint, pid);
    state.addresses.release(network.id, endpoint);
    publishMembership(state, "disconnect", endpoint);
  } catch (error) {
    if (hasProcess(pid)) throw error;
    await save();
  }
}

/** A pair of interfaces goes as one; a macvlan is found by its address, which is its own. */
async function unlink({ network, id, macAddress }: Endpoint, pid: number): Promise<void> {
  if (network.driver === "bridge") return ipBatch([`link delete ${portDevice(id)}`]);
  if (network.driver !== "macvlan") return;
  const found = (await interfacesOf(pid)).find(({ address }) => address === macAddress.toLowerCase());
  await ipBatchOf(pid, found === undefined ? [] : [`link delete ${found.name}`]);
}

/** Others find a container that runs by its new name from now on, and by the old one no more. */
export async function rename(state: NetworkState, id: string, name: string): Promise<void> {
  const live = state.live.get(id);
  if (live === undefined) return;
  const container: NetworkedContainer = { ...live.container, name };
  const endpoints = live.endpoints.map((endpoint) => ({ ...endpoint, names: namesOf(container, endpoint.settings) }));
  state.live.set(id, { ...live, container, endpoints });
  state.names.remove(id);
  for (const endpoint of endpoints) nameEndpoint(state, endpoint);
  await state.containers.saveEndpoints(id, { wished: container.endpoints, actual: actualOf(endpoints) });
}

interface EndpointChange {
  readonly live: LiveContainer;
  readonly pid: number;
  readonly wished: Readonly<Record<string, EndpointSettings>>;
  readonly endpoints: readonly Endpoint[];
}

/** Routes and published ports follow the network that leads to the world; the container's document is told. */
async function changeEndpoints(state: NetworkState, { live, pid, wished, endpoints }: EndpointChange): Promise<void> {
  const container: NetworkedContainer = { ...live.container, endpoints: wished };
  const linked = endpoints.filter(({ network }) => isLinked(network));
  const [before, after] = [gatewayEndpoint(live.endpoints), gatewayEndpoint(linked)];
  const resolver = resolverEndpoint(linked);
  await ipBatchOf(pid, [
    ...(after === undefined || after === before ? [] : gatewayLines(after)),
    ...(resolver === undefined ? [] : resolverLines(resolver)),
  ]);
  if (before !== after) await leadPorts(state, live, after);
  state.live.set(container.id, { ...live, container, endpoints });
  await state.containers.saveEndpoints(container.id, { wished, actual: actualOf(endpoints) });
}

function actualOf(endpoints: readonly Endpoint[]): Readonly<Record<string, EndpointSettings>> {
  return Object.fromEntries(endpoints.map((each) => [each.network.name, endpointInfo(each)]));
}

async function leadPorts(
  { nft, mark }: NetworkState,
  { container, published }: LiveContainer,
  gateway: Endpoint | undefined,
): Promise<void> {
  if (published === undefined) return;
  const old = published.forwardings();
  published.lead(gateway?.network.driver === "bridge" ? publishTarget(container, gateway) : undefined);
  await nft.apply(`${removeForwardingsText(mark, old)}\n${addForwardingsText(mark, published.forwardings())}`);
}

function findContainer(
  { containers }: NetworkState,
  reference: string,
): {
  readonly container: NetworkedContainer;
  readonly pid: number | undefined;
} {
  const found = containers.find(reference);
  if (found === undefined) throw notFound(`No such container: ${reference}`);
  return found;
}

function checkMode({ store }: NetworkState, network: NetworkDocument, container: NetworkedContainer): void {
  if (network.driver === "host") {
    throw badRequest("cannot connect container to host network - container must be created in host network mode");
  }
  const others = Object.keys(container.endpoints).map((name) => store.find(name)?.driver);
  if (others.includes("host")) {
    throw badRequest(
      "container sharing network namespace with another container or host cannot be connected to any other network",
    );
  }
  if ((network.driver === "null" && others.length > 0) || others.includes("null")) {
    throw badRequest(
      "container cannot be connected to multiple networks with one of the networks in private (none) mode",
    );
  }
}

/** Under which of its names a container has wished for the network. */
function wishKey({ store }: NetworkState, container: NetworkedContainer, network: NetworkDocument): string | undefined {
  return Object.keys(container.endpoints).find((name) => store.find(name)?.id === network.id);
}

/** The first number that no interface of the container has. */
async function freeIndex(pid: number): Promise<number> {
  const taken = new Set((await interfacesOf(pid)).map(({ name }) => Number(/\d+$/.exec(name)?.[0] ?? -1)));
  let index = 0;
  while (taken.has(index)) index += 1;
  return index;
}
