import { randomBytes } from "node:crypto";
import type { NetworkCreateBody } from "../../docker-api/network.ts";
import { conflict, HttpError } from "../api/http-error.ts";
import {
  changeNetworkSetting,
  hostResolvConf,
  hostRoutes,
  interfaceNames,
  networkSetting,
} from "../host/host-network.ts";
import { type Block, overlaps, parseCidr } from "./address.ts";
import { makeBridge, raiseBridges, removeBridges } from "./bridge.ts";
import { serveNames } from "./dns/name-server.ts";
import { addNetworkText, removeNetworkText } from "./firewall.ts";
import { membersOf, namesAddress, type NetworkState, publishNetwork } from "./live.ts";
import { planNetwork } from "./network-request.ts";
import { firewalled, type NetworkDocument } from "./network.ts";
import { parseResolvConf } from "./name-files.ts";

/** Names that the engine has given to its own networks. */
const predefinedNames = ["bridge", "host", "none", "default"];

/** Other engines choose subnets at the same time. */
const mostTries = 8;

/** Makes a network. Throws `HttpError` in Docker's words. */
export async function createNetwork(
  state: NetworkState,
  body: NetworkCreateBody,
  nowIso: string,
): Promise<NetworkDocument> {
  if (predefinedNames.includes(body.Name)) {
    throw new HttpError(403, `operation is not permitted on predefined ${body.Name} network `);
  }
  if (state.store.byName(body.Name) !== undefined) throw conflict(`network with name ${body.Name} already exists`);
  const network = await makeNetwork(state, body, { created: nowIso, isPredefined: false });
  publishNetwork(state, "create", network);
  return network;
}

/** Chooses its subnets, makes its bridge and keeps it. */
export async function makeNetwork(
  state: NetworkState,
  body: NetworkCreateBody,
  kind: Pick<NetworkDocument, "created" | "isPredefined">,
): Promise<NetworkDocument> {
  const id = randomBytes(32).toString("hex");
  const devices = await interfaceNames();
  const avoided: Block[] = [];
  for (let tries = 1; ; tries += 1) {
    const taken = { networks: blocksOf(state), routes: [...(await hostBlocks()), ...avoided] };
    const network: NetworkDocument = { ...planNetwork(id, body, { ...taken, devices }), ...kind };
    await raiseNetwork(state, network);
    const rival =
      network.device === undefined || (body.IPAM?.Config ?? []).length > 0 ? undefined : await rivalOf(network);
    if (rival === undefined || tries === mostTries) {
      await state.store.add(network);
      await state.foreign.settle();
      return network;
    }
    avoided.push(rival);
    await lowerNetwork(state, network);
  }
}

/** Removes a network that nobody runs on. Throws `HttpError` in Docker's words. */
export async function removeNetwork(state: NetworkState, network: NetworkDocument): Promise<void> {
  if (network.isPredefined) throw new HttpError(403, `${network.name} is a pre-defined network and cannot be removed`);
  const members = membersOf(state, network.id);
  if (members.length > 0) {
    const listed = members.map(
      ({ container, endpoint }) => `name:"${container.name}" id:"${endpoint.id.slice(0, 12)}"`,
    );
    throw new HttpError(
      403,
      `error while removing network: network ${network.name} has active endpoints (${listed.join(", ")})`,
    );
  }
  await state.store.remove(network.id);
  await lowerNetwork(state, network);
  await state.foreign.settle();
  publishNetwork(state, "destroy", network);
}

/** Makes the bridge, the server of names and the rules of a network, in an order that lets nothing slip through. */
async function raiseNetwork(state: NetworkState, network: NetworkDocument): Promise<void> {
  if (network.device === undefined) return state.addresses.addNetwork(network);
  await using undo = new AsyncDisposableStack();
  await makeBridge(network, state.mark);
  undo.defer(() => removeBridges([network.device ?? ""]));
  await startServer(state, network);
  undo.defer(() => stopServer(state, network.id));
  const rules = firewalled(network, namesAddress(state, network));
  await state.nft.apply(addNetworkText(state.mark, rules));
  undo.defer(() => state.nft.apply(removeNetworkText(state.mark, rules)));
  await raiseBridges([network]);
  await enableForwarding(state, network);
  state.addresses.addNetwork(network);
  undo.move();
}

async function lowerNetwork(state: NetworkState, network: NetworkDocument): Promise<void> {
  state.addresses.removeNetwork(network.id);
  if (network.device === undefined) return;
  const rules = firewalled(network, namesAddress(state, network));
  await removeBridges([network.device]);
  await stopServer(state, network.id);
  await state.nft.apply(removeNetworkText(state.mark, rules));
}

/** Answers questions of the network's containers. */
export async function startServer(state: NetworkState, network: NetworkDocument): Promise<void> {
  const gateway = network.subnets.find(({ block }) => !block.includes(":"))?.gateway;
  if (gateway === undefined) return;
  const upstreamsOf = async (containerId: string): Promise<readonly string[]> => {
    const live = state.live.get(containerId);
    if (live === undefined || live.endpoints.every(({ network: each }) => each.isInternal)) return [];
    const own = live.container.dns.servers;
    return own.length > 0 ? own : parseResolvConf(await hostResolvConf()).servers;
  };
  state.servers.set(network.id, await serveNames(gateway, { names: state.names, upstreamsOf }));
}

async function stopServer({ servers }: NetworkState, networkId: string): Promise<void> {
  const server = servers.get(networkId);
  servers.delete(networkId);
  await server?.close();
}

/** Containers reach the world only through a host that forwards; a network that is `internal` needs none. */
export async function enableForwarding({ announce }: NetworkState, network: NetworkDocument): Promise<void> {
  if (network.isInternal) return;
  const wanted = [
    ["IPv4", "ipv4/ip_forward"],
    ...(network.hasIpv6 ? [["IPv6", "ipv6/conf/all/forwarding"] as const] : []),
  ] as const;
  for (const [family, setting] of wanted) {
    if (networkSetting(setting) !== "0") continue;
    await changeNetworkSetting(setting, "1");
    announce(
      `switched ${family} forwarding on (net.${setting.replaceAll("/", ".")}): network ${network.name} needs it`,
    );
  }
}

function blocksOf({ store }: NetworkState): Block[] {
  return store
    .all()
    .flatMap(({ subnets }) => subnets.map(({ block }) => parseCidr(block)?.block))
    .filter((block) => block !== undefined);
}

async function hostBlocks({ except }: { readonly except?: string } = {}): Promise<Block[]> {
  return (await hostRoutes())
    .filter(({ device }) => device !== except)
    .map(({ destination, prefix }) => ({
      family: destination.length === 8 ? 4 : 6,
      value: BigInt(`0x${destination}`),
      prefix,
    }));
}

/** A block that came to the host's routes between our look and our bridge: somebody chose at the same time. */
async function rivalOf(network: NetworkDocument): Promise<Block | undefined> {
  const own = network.subnets.map(({ block }) => parseCidr(block)?.block).filter((block) => block !== undefined);
  const routes = await hostBlocks({ except: network.device ?? "" });
  return routes.find((block) => own.some((each) => overlaps(each, block)));
}
