import type { Project, Service } from "../compose/project.ts";
import type { ObservedContainer, ObservedNetwork } from "../observe/snapshot.ts";

/** A port of the host that a service asks for by number; of a range, the engine picks one that is free. */
export interface WantedPort {
  /** Its place in `ports`. */
  readonly index: number;
  readonly first: number;
  readonly last: number;
  readonly protocol: string;
  /** Empty: every address. */
  readonly hostIp: string;
}

/** What tells whether the networks of a service publish ports at all. */
export interface Networks {
  readonly project: Pick<Project, "networks">;
  readonly snapshot: { readonly networks: readonly ObservedNetwork[] };
}

/** Ports of the host that containers of a service take when they start. */
export function wantedPorts({ ports = [], ...service }: Service, networks: Networks): WantedPort[] {
  if (!publishes(service, networks)) return [];
  return ports.flatMap(({ published = "", hostIp = "", protocol = "tcp" }, index) => {
    const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(published) ?? [];
    return first === undefined || Number(first) === 0
      ? []
      : [{ index, first: Number(first), last: Number(last), protocol, hostIp }];
  });
}

/** `8080/tcp`, `8080-8090/udp`. */
export function portText({ first, last, protocol }: WantedPort): string {
  return `${first === last ? first : `${first}-${last}`}/${protocol}`;
}

/** Who publishes a port on an address that is also asked for. */
export function holderOf(
  port: number,
  { protocol, hostIp }: WantedPort,
  containers: readonly ObservedContainer[],
): ObservedContainer | undefined {
  return containers.find(({ ports }) =>
    ports.some((held) => held.published === port && held.protocol === protocol && overlap(held.hostIp, hostIp)),
  );
}

/** True when one port cannot be bound to both addresses. No address means all of both families. */
export function overlap(a: string, b: string): boolean {
  return families.some((family) => {
    const [one, other] = [inFamily(a, family), inFamily(b, family)];
    if (one === undefined || other === undefined) return false;
    return one === every || other === every || one === other;
  });
}

const families = ["IPv4", "IPv6"] as const;
const every = "*";
const wildcards: ReadonlySet<string> = new Set(["", "0.0.0.0", "::"]);

function inFamily(ip: string, family: (typeof families)[number]): string | undefined {
  if (ip !== "" && ip.includes(":") !== (family === "IPv6")) return undefined;
  return wildcards.has(ip) ? every : ip;
}

/** Without a bridge to the outside the engine leaves ports alone, without a word. */
function publishes({ networkMode, networks = {} }: Service, { project, snapshot }: Networks): boolean {
  if (networkMode !== undefined) return !/^(?:host|none|(?:container|service):.*)$/.test(networkMode);
  return Object.keys(networks).some((key) => {
    const network = project.networks[key];
    const observed = snapshot.networks.find(({ name }) => name === network?.name);
    const isInternal = network?.isExternal === true ? observed?.info.Internal : network?.internal;
    const driver = network?.driver ?? observed?.driver ?? "bridge";
    return isInternal !== true && !["macvlan", "ipvlan", "null", "host"].includes(driver);
  });
}
