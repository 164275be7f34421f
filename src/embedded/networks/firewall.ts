// Text for `nft -f`, valid for nftables 1.0.6 and newer: one table of the family inet and one of bridge, both named by
// the engine's mark. Chains never change; networks and containers only add elements to sets and maps.

/** How the names of the host's ends of containers' links begin. */
export const portPrefix = "tsv";

/** What the rules know of a network. */
export interface FirewalledNetwork {
  /** Name of the bridge. */
  readonly device: string;
  /** `address/prefix`, both families. */
  readonly subnets: readonly string[];
  /** Nothing but its own containers and the host: `internal`. */
  readonly isClosed: boolean;
  /** Containers of the network reach each other. */
  readonly isConnected: boolean;
  /** What leaves the host has the host's address. */
  readonly isMasqueraded: boolean;
  /** Where the server of names listens for containers of this network. */
  readonly names?: { readonly address: string; readonly port: number };
}

/** A port of the host that leads to a container. */
export interface Forwarding {
  readonly family: 4 | 6;
  readonly protocol: "tcp" | "udp";
  /** Address of the host; `undefined` for all of them. */
  readonly hostAddress: string | undefined;
  readonly hostPort: number;
  readonly address: string;
  readonly port: number;
}

/** Replaces all rules of this engine in one transaction. */
export function rulesetText(
  table: string,
  networks: readonly FirewalledNetwork[],
  forwardings: readonly Forwarding[],
): string {
  return [
    removalText(table),
    inetTable(table),
    bridgeTable(table),
    ...networks.map((network) => addNetworkText(table, network)),
    addForwardingsText(table, forwardings),
  ].join("\n");
}

/** Removes all rules of this engine; no error when there are none. */
export function removalText(table: string): string {
  return ["inet", "bridge"].map((family) => `table ${family} ${table}\ndelete table ${family} ${table}`).join("\n");
}

/** Lets the rules know a network. */
export function addNetworkText(table: string, network: FirewalledNetwork): string {
  return elementLines("add", table, elementsOf(network)).join("\n");
}

/** Lets the rules forget a network. */
export function removeNetworkText(table: string, network: FirewalledNetwork): string {
  return elementLines("delete", table, elementsOf(network)).join("\n");
}

/** Leads ports of the host to containers. */
export function addForwardingsText(table: string, forwardings: readonly Forwarding[]): string {
  return elementLines(
    "add",
    table,
    forwardings.map((forwarding) => ({
      set: mapOf(forwarding),
      element: `${keyOf(forwarding)} : ${forwarding.address} . ${forwarding.port}`,
    })),
  ).join("\n");
}

/** Leads them there no more. */
export function removeForwardingsText(table: string, forwardings: readonly Forwarding[]): string {
  return elementLines(
    "delete",
    table,
    forwardings.map((forwarding) => ({ set: mapOf(forwarding), element: keyOf(forwarding) })),
  ).join("\n");
}

interface Element {
  readonly set: string;
  readonly element: string;
}

function elementsOf(network: FirewalledNetwork): Element[] {
  const { device, names } = network;
  const name = `"${device}"`;
  return [
    { set: "bridges", element: name },
    ...(network.isClosed ? [{ set: "closed", element: name }] : []),
    ...(network.isConnected ? [{ set: "connected", element: `${name} . ${name}` }] : []),
    ...(network.isMasqueraded && !network.isClosed
      ? network.subnets.map((element) => ({ set: element.includes(":") ? "masqueraded6" : "masqueraded4", element }))
      : []),
    ...(names === undefined ? [] : [{ set: "names", element: `${name} : ${names.address} . ${names.port}` }]),
  ];
}

function elementLines(verb: "add" | "delete", table: string, elements: readonly Element[]): string[] {
  return elements.map(({ set, element }) => `${verb} element inet ${table} ${set} { ${element} }`);
}

function mapOf({ family, hostAddress }: Forwarding): string {
  return `${hostAddress === undefined ? "any" : "at"}${family}`;
}

function keyOf({ hostAddress, protocol, hostPort }: Forwarding): string {
  return [...(hostAddress === undefined ? [] : [hostAddress]), protocol, String(hostPort)].join(" . ");
}

function inetTable(table: string): string {
  return `table inet ${table} {
  set bridges { type ifname; }
  set closed { type ifname; }
  set connected { type ifname . ifname; }
  set masqueraded4 { type ipv4_addr; flags interval; }
  set masqueraded6 { type ipv6_addr; flags interval; }
  map names { type ifname : ipv4_addr . inet_service; }
  map any4 { type inet_proto . inet_service : ipv4_addr . inet_service; }
  map at4 { type ipv4_addr . inet_proto . inet_service : ipv4_addr . inet_service; }
  map any6 { type inet_proto . inet_service : ipv6_addr . inet_service; }
  map at6 { type ipv6_addr . inet_proto . inet_service : ipv6_addr . inet_service; }

  # Bridges route 127/8 so that ports on the host's loopback work: nothing else may come in that way.
  chain guard {
    type filter hook prerouting priority raw; policy accept;
    iifname @bridges ip daddr 127.0.0.11 meta l4proto { tcp, udp } th dport 53 accept
    iifname @bridges ip daddr 127.0.0.0/8 drop
    iifname @bridges ip saddr 127.0.0.0/8 drop
  }

  chain published {
    dnat ip to ip daddr . meta l4proto . th dport map @at4
    fib daddr type local dnat ip to meta l4proto . th dport map @any4
    dnat ip6 to ip6 daddr . meta l4proto . th dport map @at6
    fib daddr type local dnat ip6 to meta l4proto . th dport map @any6
  }

  chain inbound {
    type nat hook prerouting priority dstnat; policy accept;
    ip daddr 127.0.0.11 meta l4proto { tcp, udp } th dport 53 dnat ip to iifname map @names
    ip daddr 127.0.0.0/8 return
    iifname @closed return
    jump published
  }

  # No kernel routes from ::1 to elsewhere: the proxy of the reserved port answers there.
  chain outbound {
    type nat hook output priority -100; policy accept;
    ip6 daddr ::1 return
    jump published
  }

  chain leaving {
    type nat hook postrouting priority srcnat; policy accept;
    ip saddr 127.0.0.0/8 oifname @bridges masquerade
    ip saddr @masqueraded4 oifname != @bridges masquerade
    ip6 saddr @masqueraded6 oifname != @bridges masquerade
    ip saddr @masqueraded4 oifname @bridges ct status dnat masquerade
    ip6 saddr @masqueraded6 oifname @bridges ct status dnat masquerade
  }

  chain passing {
    type filter hook forward priority filter; policy accept;
    iifname . oifname @connected accept
    iifname @closed drop
    oifname @closed drop
    iifname @bridges ct state established,related accept
    oifname @bridges ct state established,related accept
    oifname @bridges ct status dnat accept
    oifname @bridges drop
  }
}`;
}

/**
 * Frames between two ports of a bridge pass the inet hooks only with bridge-netfilter on: this holds without. By the
 * name of the port, as not every kernel tells the bridge's here.
 */
function bridgeTable(table: string): string {
  return `table bridge ${table} {
  chain passing {
    type filter hook forward priority filter; policy accept;
    iifname "${portPrefix}*" ip saddr 127.0.0.0/8 drop
    iifname "${portPrefix}*" ip daddr 127.0.0.0/8 drop
  }
}`;
}
