import { makeBridge, ownBridges, raiseBridges, removeBridges, sweepPorts } from "./bridge.ts";
import { gatewayEndpoint, portDevice } from "./endpoint.ts";
import { removalText, rulesetText } from "./firewall.ts";
import { rejoin, wishedNetwork } from "./join.ts";
import { enableForwarding, makeNetwork, startServer } from "./lifecycle.ts";
import { type LiveContainer, nameEndpoint, namesAddress, type NetworkState, publishTarget } from "./live.ts";
import { firewalled, isLinked, type NetworkDocument } from "./network.ts";
import type { Survivor } from "./networks.ts";
import type { PortWish } from "./port-wishes.ts";
import type { PublishedPorts, PublishTarget } from "./published-ports.ts";

/** Makes anew what is missing of the saved networks, adopts survivors, sweeps the rest. */
export async function recover(state: NetworkState, survivors: readonly Survivor[], nowIso: string): Promise<void> {
  const saved = state.store.all().filter(({ device }) => device !== undefined);
  const existing = await ownBridges(state.mark);
  const networks: NetworkDocument[] = [];
  for (const network of saved) if (await revive(state, network, existing)) networks.push(network);
  const missing = networks.filter(({ device = "" }) => !existing.has(device));
  for (const network of state.store.all()) {
    if (network.device === undefined && isLinked(network)) state.addresses.addNetwork(network);
  }
  for (const survivor of survivors) await adopt(state, survivor);
  // An engine may end between giving a container a place on a network and telling of it.
  const endpoints = [...state.live.values()].flatMap((live) => live.endpoints);
  await sweepPorts(existing, new Set(endpoints.map(({ id }) => portDevice(id))));
  await writeRules(state, networks);
  await raiseBridges(missing);
  for (const network of networks) await enableForwarding(state, network);
  const known = new Set(saved.map(({ device }) => device));
  await removeBridges([...existing].filter((device) => !known.has(device)));
  await makePredefined(state, nowIso);
  await state.foreign.settle();
}

/** One network that cannot be had must not keep the others from working. */
async function revive(state: NetworkState, network: NetworkDocument, existing: ReadonlySet<string>): Promise<boolean> {
  try {
    if (!existing.has(network.device ?? "")) await makeBridge(network, state.mark);
    await startServer(state, network);
    state.addresses.addNetwork(network);
    return true;
  } catch (error) {
    state.announce(
      `network ${network.name} is out of order: ${error instanceof Error ? error.message : String(error)}`,
    );
    return false;
  }
}

/** Takes everything away that is in the kernel; the networks stay on disk. */
export async function withdraw(state: NetworkState): Promise<void> {
  const { mark, nft, store, servers, foreign } = state;
  servers.clear();
  await foreign.settle();
  const existing = await ownBridges(mark);
  await removeBridges(
    store.all().flatMap(({ device }) => (device !== undefined && existing.has(device) ? [device] : [])),
  );
  await nft.apply(removalText(mark));
}

async function writeRules(state: NetworkState, networks: readonly NetworkDocument[]): Promise<void> {
  const rules = networks.map((network) => firewalled(network, namesAddress(state, network)));
  const forwardings = [...state.live.values()].flatMap(({ published }) => published?.forwardings() ?? []);
  await state.nft.apply(rulesetText(state.mark, rules, forwardings));
}

/** The networks that every engine has. */
async function makePredefined(state: NetworkState, created: string): Promise<void> {
  const kind = { created, isPredefined: true };
  if (state.store.byName("bridge") === undefined) await makeNetwork(state, { Name: "bridge" }, kind);
  for (const [name, driver] of [
    ["host", "host"],
    ["none", "null"],
  ] as const) {
    if (state.store.byName(name) !== undefined) continue;
    await state.store.add(driverOnly(name, driver, created));
  }
}

function driverOnly(name: string, driver: "host" | "null", created: string): NetworkDocument {
  return {
    id: Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString("hex"),
    name,
    created,
    driver,
    isPredefined: true,
    isInternal: false,
    isAttachable: false,
    hasIpv4: true,
    hasIpv6: false,
    subnets: [],
    ipamOptions: null,
    options: {},
    labels: {},
    device: undefined,
  };
}

async function adopt(state: NetworkState, { container, prepared }: Survivor): Promise<void> {
  const endpoints = Object.entries(container.endpoints).flatMap(([reference, settings]) => {
    const network = wishedNetwork(state, reference, settings);
    const actual = network && prepared.endpoints[network.name];
    return network && actual ? [rejoin(state, container, { network, settings }, actual)] : [];
  });
  const gateway = gatewayEndpoint(endpoints);
  const live: LiveContainer = { container, endpoints, published: undefined, isActive: true };
  state.live.set(container.id, live);
  for (const endpoint of endpoints) nameEndpoint(state, endpoint);
  if (gateway?.network.driver !== "bridge") return;
  const target = publishTarget(container, gateway);
  const ports = heldPorts(prepared.ports);
  const parts = await Promise.all(ports.map((wish) => hold(state, wish, { target, name: container.name })));
  state.live.set(container.id, { ...live, published: together(parts) });
}

/** Someone may have taken a port while no engine held it: that one leads to the container no more, as they have it. */
async function hold(
  state: NetworkState,
  wish: PortWish,
  { target, name }: { readonly target: PublishTarget; readonly name: string },
): Promise<PublishedPorts | undefined> {
  try {
    return await state.ports.publish([wish], target);
  } catch (error) {
    state.announce(`container ${name} has lost a port: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

function together(parts: readonly (PublishedPorts | undefined)[]): PublishedPorts {
  const held = parts.filter((part) => part !== undefined);
  return {
    bindings: Object.assign({}, ...held.map(({ bindings }) => bindings)) as PublishedPorts["bindings"],
    forwardings: () => held.flatMap((part) => part.forwardings()),
    lead: (target) => {
      for (const part of held) part.lead(target);
    },
    close: async () => void (await Promise.all(held.map((part) => part.close()))),
  };
}

/** The very ports that a container had. */
function heldPorts(ports: Survivor["prepared"]["ports"]): PortWish[] {
  return Object.entries(ports).flatMap(([key, bindings]) => {
    const [port, protocol] = key.split("/");
    return (bindings ?? []).map(({ HostIp, HostPort }) => ({
      containerPort: Number(port),
      protocol: protocol === "udp" ? ("udp" as const) : ("tcp" as const),
      hostAddress: HostIp,
      hostPorts: [Number(HostPort)],
    }));
  });
}
