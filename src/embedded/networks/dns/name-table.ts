/** A container on a network, as others of that network find it. */
export interface NamedEndpoint {
  readonly containerId: string;
  readonly network: string;
  /** The first one is the answer to a question for the name of an address. */
  readonly names: readonly string[];
  /** Names that only this container uses for others: `alias` → name, short id or id of a container of the network. */
  readonly links: Readonly<Record<string, string>>;
  readonly ipv4: string | undefined;
  readonly ipv6: string | undefined;
}

/** Who is called what on which network. Names are compared without regard to case (RFC 4343). */
export class NameTable {
  readonly #endpoints = new Map<string, NamedEndpoint[]>();
  readonly #callers = new Map<string, string>();
  readonly #byName = new Map<string, NamedEndpoint[]>();
  readonly #turns = { A: 0, AAAA: 0 };

  add(endpoint: NamedEndpoint): void {
    this.#endpoints.set(endpoint.containerId, [...this.#of(endpoint.containerId), endpoint]);
    for (const address of addressesOf(endpoint)) this.#callers.set(address, endpoint.containerId);
    for (const key of keysOf(endpoint)) this.#byName.set(key, [...(this.#byName.get(key) ?? []), endpoint]);
  }

  /** Forgets a container on one network, or on all of them. */
  remove(containerId: string, network?: string): void {
    const [gone, kept] = [[] as NamedEndpoint[], [] as NamedEndpoint[]];
    for (const each of this.#of(containerId)) {
      (network === undefined || each.network === network ? gone : kept).push(each);
    }
    if (kept.length === 0) this.#endpoints.delete(containerId);
    else this.#endpoints.set(containerId, kept);
    for (const endpoint of gone) this.#forget(endpoint);
  }

  /** The container that has this address. */
  callerAt(address: string): string | undefined {
    return this.#callers.get(address);
  }

  /**
   * Those whom a container means by a name, several in another order each time it asks for this type of address;
   * `undefined` when no network of the container knows the name. The name may end with the name of the network.
   */
  find(callerId: string, name: string, type: "A" | "AAAA" = "A"): readonly NamedEndpoint[] | undefined {
    const wanted = name.toLowerCase();
    for (const { network, links } of this.#of(callerId)) {
      const suffix = `.${network.toLowerCase()}`;
      const bare = wanted.endsWith(suffix) ? wanted.slice(0, -suffix.length) : wanted;
      const found = this.#on(network, wanted, links) ?? this.#on(network, bare, links);
      if (found !== undefined) return rotated(found, this.#turns[type]++);
    }
    return undefined;
  }

  /** The name of an address on a network that the container is on. */
  nameOf(callerId: string, address: string): string | undefined {
    const owner = this.#callers.get(address);
    const shared = new Set(this.#of(callerId).map(({ network }) => network));
    const endpoint = this.#of(owner ?? "").find((each) => addressesOf(each).includes(address));
    if (endpoint === undefined || !shared.has(endpoint.network)) return undefined;
    return `${endpoint.names[0] ?? endpoint.containerId.slice(0, 12)}.${endpoint.network}`;
  }

  #on(network: string, name: string, links: Readonly<Record<string, string>>): readonly NamedEndpoint[] | undefined {
    const linked = Object.entries(links).find(([alias]) => alias.toLowerCase() === name)?.[1];
    return this.#byName.get(keyOf(network, linked ?? name));
  }

  #of(containerId: string): readonly NamedEndpoint[] {
    return this.#endpoints.get(containerId) ?? [];
  }

  #forget(endpoint: NamedEndpoint): void {
    for (const address of addressesOf(endpoint)) this.#callers.delete(address);
    for (const key of keysOf(endpoint)) {
      const others = (this.#byName.get(key) ?? []).filter((each) => each !== endpoint);
      if (others.length === 0) this.#byName.delete(key);
      else this.#byName.set(key, others);
    }
  }
}

function addressesOf({ ipv4, ipv6 }: NamedEndpoint): string[] {
  return [ipv4, ipv6].filter((address) => address !== undefined);
}

function keysOf({ network, names, containerId }: NamedEndpoint): Set<string> {
  return new Set([...names, containerId].map((name) => keyOf(network, name)));
}

function keyOf(network: string, name: string): string {
  return `${network}\n${name.toLowerCase()}`;
}

/** Round robin for who takes the first answer. */
function rotated<Item>(items: readonly Item[], turn: number): readonly Item[] {
  const start = turn % items.length;
  return [...items.slice(start), ...items.slice(0, start)];
}
