import { bridgePorts, bridges, changeNetworkSetting, ipBatch, networkSetting } from "../host/host-network.ts";
import { parseCidr } from "./address.ts";
import { portPrefix } from "./firewall.ts";
import { bridgeOptions, type NetworkDocument } from "./network.ts";

/** Makes the bridge of a network, down, so that nothing passes before the rules know it. */
export async function makeBridge(network: NetworkDocument, owner: string): Promise<void> {
  const { device = "", options, subnets } = network;
  const mtu = options[bridgeOptions.mtu] ?? "0";
  await ipBatch([
    `link add name ${device}${mtu === "0" ? "" : ` mtu ${mtu}`} type bridge`,
    `link set ${device} alias ${owner}`,
    ...subnets.map(({ block, gateway }) => {
      const { address, block: { prefix = 0 } = {} } = parseCidr(block) ?? {};
      return `address add ${gateway}/${prefix} dev ${device}${address?.family === 6 ? " nodad" : ""}`;
    }),
  ]);
  // Ports on the host's loopback lead to containers by the same translation as all others.
  await changeNetworkSetting(`ipv4/conf/${device}/route_localnet`, "1");
  if (networkSetting(`ipv6/conf/${device}/disable_ipv6`) === undefined) return;
  await changeNetworkSetting(`ipv6/conf/${device}/accept_ra`, "0");
  if (!network.hasIpv6) await changeNetworkSetting(`ipv6/conf/${device}/disable_ipv6`, "1");
}

/** Lets frames pass. */
export async function raiseBridges(networks: readonly NetworkDocument[]): Promise<void> {
  await ipBatch(networks.map(({ device = "" }) => `link set ${device} up`));
}

/** Removes bridges by name. */
export async function removeBridges(devices: readonly string[]): Promise<void> {
  await ipBatch(devices.map((device) => `link delete ${device} type bridge`));
}

/** Takes the engine's ports of these bridges away that are not known. */
export async function sweepPorts(devices: ReadonlySet<string>, known: ReadonlySet<string>): Promise<void> {
  const strays = [...(await bridgePorts())].filter(
    ([port, bridge]) => port.startsWith(portPrefix) && devices.has(bridge) && !known.has(port),
  );
  // A port goes by itself when its container ends, maybe at this very moment.
  await Promise.all(strays.map(([port]) => ipBatch([`link delete ${port}`]).catch(() => {})));
}

/** Names of the bridges that this engine has made. */
export async function ownBridges(owner: string): Promise<Set<string>> {
  return new Set((await bridges()).filter((bridge) => bridge.owner === owner).map(({ name }) => name));
}
