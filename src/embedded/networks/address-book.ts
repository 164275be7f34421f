import type { EndpointSettings } from "../../docker-api/container.ts";
import { badRequest, HttpError } from "../api/http-error.ts";
import { type Address, contains, formatAddress, parseAddress, parseCidr } from "./address.ts";
import type { EndpointAddress } from "./endpoint.ts";
import type { NetworkDocument, Subnet } from "./network.ts";
import { listed } from "./network-request.ts";
import { AddressPool } from "./pool.ts";

/** The addresses of a container on a network. */
export interface TakenAddresses {
  readonly ipv4: EndpointAddress | undefined;
  readonly ipv6: EndpointAddress | undefined;
}

interface NetworkPool {
  readonly subnet: Subnet;
  readonly pool: AddressPool;
}

/** Which addresses of which network are in use. Kept in memory: running containers say what they have. */
export class AddressBook {
  readonly #pools = new Map<string, readonly NetworkPool[]>();

  addNetwork(network: NetworkDocument): void {
    this.#pools.set(network.id, network.subnets.map(poolOf));
  }

  removeNetwork(networkId: string): void {
    this.#pools.delete(networkId);
  }

  /**
   * Takes the addresses that the settings wish, or free ones. Throws in Docker's words, with nothing taken, when one
   * is in use or there is none left.
   */
  take(network: NetworkDocument, { IPAMConfig }: EndpointSettings): TakenAddresses {
    checkStaticAddresses(network, IPAMConfig);
    const ipv4 = network.hasIpv4 ? this.#takeOf(network, 4, IPAMConfig?.IPv4Address) : undefined;
    try {
      return { ipv4, ipv6: network.hasIpv6 ? this.#takeOf(network, 6, IPAMConfig?.IPv6Address) : undefined };
    } catch (error) {
      this.release(network.id, { ipv4, ipv6: undefined });
      throw error;
    }
  }

  /** Takes what a container has since before this engine. */
  adopt(network: NetworkDocument, { IPAddress, GlobalIPv6Address }: EndpointSettings): TakenAddresses {
    const adoptOne = (text: string | undefined): EndpointAddress | undefined => {
      const address = text ? parseAddress(text) : undefined;
      const found = this.#of(network.id).find(({ pool }) => address !== undefined && contains(pool.block, address));
      if (address === undefined || found === undefined) return undefined;
      found.pool.take(address);
      return placed(address, found);
    };
    return { ipv4: adoptOne(IPAddress), ipv6: adoptOne(GlobalIPv6Address) };
  }

  release(networkId: string, { ipv4, ipv6 }: TakenAddresses): void {
    for (const taken of [ipv4, ipv6]) {
      const address = taken === undefined ? undefined : parseAddress(taken.address);
      if (address === undefined) continue;
      for (const { pool } of this.#of(networkId)) if (contains(pool.block, address)) pool.release(address);
    }
  }

  #takeOf(network: NetworkDocument, family: 4 | 6, wished: string | undefined): EndpointAddress | undefined {
    const pools = this.#of(network.id).filter(({ pool }) => pool.block.family === family);
    const address = wished ? parseAddress(wished) : undefined;
    for (const candidate of pools) {
      if (address === undefined) {
        const next = candidate.pool.takeNext();
        if (next !== undefined) return placed(next, candidate);
      } else if (contains(candidate.pool.block, address)) {
        if (candidate.pool.take(address)) return placed(address, candidate);
        throw new HttpError(403, "failed to set up container networking: Address already in use");
      }
    }
    throw new HttpError(
      500,
      `failed to set up container networking: no available IPv${family} addresses on this network's address pools: ` +
        `${network.name} (${network.id})`,
    );
  }

  #of(networkId: string): readonly NetworkPool[] {
    return this.#pools.get(networkId) ?? [];
  }
}

/** Throws 400 in Docker's words for addresses that no subnet of the network holds. */
export function checkStaticAddresses(network: NetworkDocument, wished: EndpointSettings["IPAMConfig"]): void {
  const mistakes = ([4, 6] as const).flatMap((family) => {
    const text = family === 4 ? wished?.IPv4Address : wished?.IPv6Address;
    if (!text) return [];
    const address = parseAddress(text);
    const blocks = network.subnets.map(({ block }) => parseCidr(block)?.block);
    return [
      ...(address?.family === family ? [] : [`invalid IPv${family} address: ${text}`]),
      ...(address !== undefined && blocks.some((block) => block !== undefined && contains(block, address))
        ? []
        : [`no configured subnet or ip-range contain the IP address ${text}`]),
    ];
  });
  if (mistakes.length > 0) throw badRequest(listed("invalid endpoint settings", mistakes));
}

function poolOf(subnet: Subnet): NetworkPool {
  const block = parseCidr(subnet.block)?.block;
  if (block === undefined) throw new Error(`${subnet.block} is no block of addresses`);
  const range = subnet.range === undefined ? undefined : parseCidr(subnet.range)?.block;
  const reserved = [subnet.gateway, ...Object.values(subnet.auxiliary ?? {})].map(parseAddress);
  return {
    subnet,
    pool: new AddressPool(block, {
      ...(range === undefined ? {} : { range }),
      reserved: reserved.filter((address) => address !== undefined),
    }),
  };
}

function placed(address: Address, { subnet, pool }: NetworkPool): EndpointAddress {
  return { address: formatAddress(address), prefix: pool.block.prefix, gateway: subnet.gateway };
}
