import type { IpamBody, NetworkInfo, NetworkMember } from "../../docker-api/network.ts";
import { type FirewalledNetwork } from "./firewall.ts";

/** A network as it is kept on disk, one JSON file each; never changed once it is made. */
export interface NetworkDocument {
  /** 64 hex digits. */
  readonly id: string;
  readonly name: string;
  /** RFC 3339. */
  readonly created: string;
  readonly driver: "bridge" | "host" | "macvlan" | "null";
  /** Comes with the engine: nobody makes or removes it. */
  readonly isPredefined: boolean;
  readonly isInternal: boolean;
  readonly isAttachable: boolean;
  readonly hasIpv4: boolean;
  readonly hasIpv6: boolean;
  readonly subnets: readonly Subnet[];
  readonly ipamOptions: Readonly<Record<string, string>> | null;
  readonly options: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  /** Name of the bridge; networks of other drivers have none. */
  readonly device: string | undefined;
}

/** A block of addresses of a network. */
export interface Subnet {
  /** `address/prefix`. */
  readonly block: string;
  /** The bridge's own address. */
  readonly gateway: string;
  /** Where addresses are taken from, as `address/prefix`; the whole block otherwise. */
  readonly range?: string;
  /** Addresses of others that are never given away, by name. */
  readonly auxiliary?: Readonly<Record<string, string>>;
}

/** Options of Docker's macvlan driver. */
export const macvlanOptions = { parent: "parent", mode: "macvlan_mode" } as const;

/** How containers on one interface of the host see each other: see ip-link(8). */
export const macvlanModes: readonly string[] = ["bridge", "vepa", "passthru", "private"];

/** Whether containers have an interface for the network: all but `host` and `none`. */
export function isLinked({ driver }: NetworkDocument): boolean {
  return driver === "bridge" || driver === "macvlan";
}

/** Options of Docker's bridge driver that this engine knows. */
export const bridgeOptions = {
  device: "com.docker.network.bridge.name",
  isConnected: "com.docker.network.bridge.enable_icc",
  isMasqueraded: "com.docker.network.bridge.enable_ip_masquerade",
  hostAddress: "com.docker.network.bridge.host_binding_ipv4",
  mtu: "com.docker.network.driver.mtu",
  interfacePrefix: "com.docker.network.container_iface_prefix",
} as const;

/** A flag among the options of a driver, as Go's `strconv.ParseBool` reads it; `undefined` for anything else. */
export function parseFlag(text: string): boolean | undefined {
  if (["1", "t", "T", "TRUE", "true", "True"].includes(text)) return true;
  if (["0", "f", "F", "FALSE", "false", "False"].includes(text)) return false;
  return undefined;
}

/** A bridge network as the firewall sees it; `names` is where its server of names listens. */
export function firewalled(network: NetworkDocument, names?: FirewalledNetwork["names"]): FirewalledNetwork {
  const flag = (option: string): boolean => parseFlag(network.options[option] ?? "true") ?? true;
  return {
    device: network.device ?? "",
    subnets: network.subnets.map(({ block }) => block),
    isClosed: network.isInternal,
    isConnected: flag(bridgeOptions.isConnected),
    isMasqueraded: flag(bridgeOptions.isMasqueraded),
    ...(names === undefined ? {} : { names }),
  };
}

/** A network as list and inspect show it. */
export function networkInfo(
  network: NetworkDocument,
  members: Readonly<Record<string, NetworkMember>>,
): NetworkInfo & Record<string, unknown> {
  return {
    Name: network.name,
    Id: network.id,
    Created: network.created,
    Scope: "local",
    Driver: network.driver,
    EnableIPv4: network.hasIpv4,
    EnableIPv6: network.hasIpv6,
    IPAM: ipamOf(network),
    Internal: network.isInternal,
    Attachable: network.isAttachable,
    Ingress: false,
    ConfigFrom: { Network: "" },
    ConfigOnly: false,
    Containers: { ...members },
    Options: { ...network.options },
    Labels: { ...network.labels },
  };
}

function ipamOf({ subnets, ipamOptions }: NetworkDocument): IpamBody {
  const config = subnets.map(({ block, gateway, range, auxiliary }) => ({
    Subnet: block,
    ...(range === undefined ? {} : { IPRange: range }),
    Gateway: gateway,
    ...(auxiliary === undefined ? {} : { AuxiliaryAddresses: { ...auxiliary } }),
  }));
  return {
    Driver: "default",
    Options: ipamOptions === null ? null : { ...ipamOptions },
    Config: config.length === 0 ? null : config,
  };
}
