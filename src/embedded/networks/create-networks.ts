import type { EventBus } from "../events.ts";
import { timestamp } from "../host/clock.ts";
import { createNftWriter } from "../host/nft.ts";
import { machinePorts, type PortHost } from "../host/port-socket.ts";
import type { Paths } from "../store/paths.ts";
import { createTurns } from "../store/turns.ts";
import { AddressBook } from "./address-book.ts";
import { NameTable } from "./dns/name-table.ts";
import { ForeignSettler } from "./foreign-settler.ts";
import type { NetworkState } from "./live.ts";
import { rename } from "./membership.ts";
import { NetworkStore } from "./network-store.ts";
import type { ContainersOnNetworks, Networks } from "./networks.ts";
import { PortKeeper } from "./published-ports.ts";
import { recover, withdraw } from "./recover.ts";
import { networkRoutes } from "./routes.ts";
import { activate, hostGatewayOf, prepare, release } from "./start.ts";

/** What networks are made of. */
export interface NetworkNeeds {
  readonly paths: Pick<Paths, "mark" | "networks">;
  readonly events: EventBus;
  readonly containers: ContainersOnNetworks;
  /** Tells whoever runs the engine what it did to the host, or could not do: one sentence. */
  readonly announce: (message: string) => void;
  /** Where ports are published; the machine's own when absent. */
  readonly portHost?: PortHost;
}

/** Makes the engine's networks; nothing is in the kernel before `recover`. */
export async function createNetworks({
  paths,
  events,
  containers,
  announce,
  portHost = machinePorts,
}: NetworkNeeds): Promise<Networks> {
  const state: NetworkState = {
    // Bound to the state that it is a part of.
    foreign: { settle: () => settler.settle(), settleNow: () => settler.settleNow() },
    mark: paths.mark,
    store: await NetworkStore.open(paths.networks),
    addresses: new AddressBook(),
    names: new NameTable(),
    ports: new PortKeeper(portHost),
    nft: createNftWriter(),
    containers,
    events,
    announce,
    servers: new Map(),
    live: new Map(),
  };
  const settler = new ForeignSettler(state);
  const turns = createTurns();
  /** One after the other, whatever they concern. */
  const inTurn = <Result>(change: () => Promise<Result>): Promise<Result> => turns("", change);
  return {
    routes: networkRoutes({ state, inTurn, now: timestamp }),
    recover: (survivors) =>
      inTurn(async () => {
        await recover(state, survivors, timestamp());
        await portHost.settle();
      }),
    hostGateway: () => hostGatewayOf(state),
    has: (reference) => state.store.find(reference) !== undefined,
    prepare: (container) => prepare(state, container),
    activate: (containerId) => activate(state, containerId),
    rename: (containerId, name) => rename(state, containerId, name),
    release: (containerId) => release(state, containerId),
    close: () => inTurn(() => close(state, portHost)),
  };
}

async function close(state: NetworkState, portHost: PortHost): Promise<void> {
  const hasLive = state.live.size > 0;
  portHost.leave();
  await Promise.all([...state.servers.values()].map((server) => server.close()));
  await Promise.all([...state.live.values()].map(async ({ published }) => published?.close()));
  if (!hasLive) await withdraw(state);
}
