import type { Network } from "../../compose/project.ts";
import type { ObservedNetwork } from "../../observe/snapshot.ts";
import { compare, compareMaps } from "./compare.ts";
import { ownLabelsOnly } from "./labels.ts";

/** What of a network's definition is no longer true on the engine, in the words of the file. */
export function networkDifferences(network: Network, { info, labels }: ObservedNetwork): string[] {
  const pools = (network.ipam?.config ?? []).map(({ subnet, ipRange, gateway }) => ({ subnet, ipRange, gateway }));
  const actualPools = (info.IPAM?.Config ?? []).map(({ Subnet, IPRange, Gateway }) => ({
    subnet: Subnet,
    ipRange: IPRange,
    // The engine picks a gateway of its own where none is asked for.
    gateway: pools.some(({ gateway }) => gateway !== undefined) ? Gateway : undefined,
  }));
  const found = [
    ...compare("driver", info.Driver, network.driver ?? info.Driver),
    ...compareMaps("driver_opts", info.Options, network.driverOpts),
    ...compare("internal", info.Internal, network.internal),
    ...compare("attachable", info.Attachable, network.attachable),
    ...compare("enable_ipv6", info.EnableIPv6, network.enableIpv6),
    ...(pools.length === 0 ? [] : compare("ipam.config", actualPools, pools)),
    ...compareMaps("labels", ownLabelsOnly(labels), network.labels),
  ];
  return found.length > 0 ? found : ["definition changed"];
}
