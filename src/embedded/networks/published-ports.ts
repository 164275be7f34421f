import type { PortBinding } from "../../docker-api/container.ts";
import { HttpError } from "../api/http-error.ts";
import type { HeldPort, HostPort, PortHost, PortTarget } from "../host/port-socket.ts";
import type { Forwarding } from "./firewall.ts";
import type { PortWish } from "./port-wishes.ts";

/** The end that published ports lead to. */
export interface PublishTarget {
  readonly endpointName: string;
  readonly endpointId: string;
  readonly ipv4: string | undefined;
  readonly ipv6: string | undefined;
}

/** Ports of the host that lead to one container. */
export interface PublishedPorts {
  /** As inspect shows them: `80/tcp` → addresses and ports of the host. */
  readonly bindings: Readonly<Record<string, readonly PortBinding[]>>;
  /** What the firewall has to do for the present target. */
  forwardings(): readonly Forwarding[];
  /** The container is reached by another of its addresses from now on, or by none. */
  lead(target: PublishTarget | undefined): void;
  close(): Promise<void>;
}

/** The kernel's choice for one address may be taken at the other. */
const mostTries = 20;

/** Takes ports of the host for containers, and knows which are taken. */
export class PortKeeper {
  readonly #held = new Set<string>();
  readonly #host: PortHost;

  constructor(host: PortHost) {
    this.#host = host;
  }

  /** Takes all ports that a container wishes, or none. Throws 500 in Docker's words when one cannot be had. */
  async publish(wishes: readonly PortWish[], target: PublishTarget): Promise<PublishedPorts> {
    await using undo = new AsyncDisposableStack();
    const bindings: Record<string, PortBinding[]> = {};
    const published: { readonly wish: PortWish; readonly address: string; readonly port: number }[] = [];
    let current: PublishTarget | undefined = target;
    for (const wish of wishes) {
      const { port, addresses } = await this.#publishOne(wish, { target, current: () => current }, undo);
      const key = `${wish.containerPort}/${wish.protocol}`;
      bindings[key] = [...(bindings[key] ?? []), ...addresses.map((HostIp) => ({ HostIp, HostPort: String(port) }))];
      published.push(...addresses.map((address) => ({ wish, address, port })));
    }
    const owned = undo.move();
    return {
      bindings,
      forwardings: () =>
        published.flatMap(({ wish, address, port }) =>
          forwardingOf(wish, { address, arrival: this.#host.arrivesAt(address), port }, current),
        ),
      lead: (next) => {
        current = next;
      },
      close: () => owned.disposeAsync(),
    };
  }

  /** One port number on every address that the wish names. */
  async #publishOne(
    wish: PortWish,
    { target, current }: Targets,
    undo: AsyncDisposableStack,
  ): Promise<{ readonly port: number; readonly addresses: readonly string[] }> {
    const candidates = wish.hostPorts.length > 0 ? wish.hostPorts : Array.from({ length: mostTries }, () => 0);
    for (const [index, candidate] of candidates.entries()) {
      try {
        const { port, held } = await this.#hold(wish, candidate, { target, current });
        undo.defer(() => releaseAll(held));
        return { port, addresses: held.map(({ address }) => address) };
      } catch (error) {
        const isLast = index === candidates.length - 1;
        if (isLast || !isTaken(error)) throw refusalOf(error, wish, target);
      }
    }
    throw new Error("a wish for no port at all");
  }

  async #hold(
    { hostAddress, protocol, containerPort }: PortWish,
    wanted: number,
    { target, current }: Targets,
  ): Promise<{ readonly port: number; readonly held: Held[] }> {
    const held: Held[] = [];
    let port = wanted;
    try {
      for (const address of hostAddress === "" ? this.#host.everyAddress : [hostAddress]) {
        if (reachedFrom(address, target) === undefined) continue;
        const to: PortTarget = () => {
          const found = reachedFrom(address, current());
          return found === undefined ? undefined : { address: found, port: containerPort };
        };
        const key = `${protocol} ${address} ${port}`;
        if (this.#held.has(key)) throw new PortTakenError(address, port);
        const socket = await this.#holdAt({ protocol, address, port }, to, hostAddress === "");
        if (socket === undefined) continue;
        port = socket.port;
        const heldKey = `${protocol} ${address} ${port}`;
        this.#held.add(heldKey);
        held.push({
          address,
          close: async () => {
            this.#held.delete(heldKey);
            await socket.close();
          },
        });
      }
    } catch (error) {
      await releaseAll(held);
      throw error;
    }
    return { port, held };
  }

  /** `undefined` for the IPv6 half of "all addresses" on a host without IPv6. */
  async #holdAt(at: HostPort, to: PortTarget, isOneOfAll: boolean): Promise<HeldPort | undefined> {
    try {
      return await this.#host.hold(at, to);
    } catch (error) {
      const hasNoIpv6 = ["EADDRNOTAVAIL", "EAFNOSUPPORT"].includes(codeOf(error));
      if (isOneOfAll && at.address === "::" && hasNoIpv6) return undefined;
      throw error;
    }
  }
}

interface Targets {
  readonly target: PublishTarget;
  readonly current: () => PublishTarget | undefined;
}

interface Held {
  readonly address: string;
  readonly close: () => Promise<void>;
}

/** Another container of this engine has the port. */
class PortTakenError extends Error {
  constructor(address: string, port: number) {
    super(`Bind for ${address}:${port} failed: port is already allocated`);
    this.name = "PortTakenError";
  }
}

async function releaseAll(held: readonly Held[]): Promise<void> {
  await Promise.all(held.map(({ close }) => close()));
}

/** A container without IPv6 is reached through the proxy. */
function reachedFrom(hostAddress: string, target: PublishTarget | undefined): string | undefined {
  return hostAddress.includes(":") ? (target?.ipv6 ?? target?.ipv4) : target?.ipv4;
}

function forwardingOf(
  { containerPort, protocol }: PortWish,
  host: { readonly address: string; readonly arrival: string | undefined; readonly port: number },
  target: PublishTarget | undefined,
): Forwarding[] {
  const family = host.address.includes(":") ? 6 : 4;
  const address = family === 6 ? target?.ipv6 : target?.ipv4;
  if (address === undefined) return [];
  return [{ family, protocol, hostAddress: host.arrival, hostPort: host.port, address, port: containerPort }];
}

const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: "address already in use",
  EADDRNOTAVAIL: "cannot assign requested address",
  EACCES: "permission denied",
};

function refusalOf(error: unknown, wish: PortWish, target: PublishTarget): HttpError {
  const { endpointName, endpointId } = target;
  const where = `driver failed programming external connectivity on endpoint ${endpointName} (${endpointId})`;
  return new HttpError(500, `failed to set up container networking: ${where}: ${reasonOf(error, wish, target)}`, error);
}

function reasonOf(
  error: unknown,
  { hostAddress, hostPorts, containerPort, protocol }: PortWish,
  target: PublishTarget,
): string {
  if (error instanceof PortTakenError) return error.message;
  const host = `${hostAddress === "" ? "0.0.0.0" : hostAddress}:${hostPorts.at(-1) ?? 0}`;
  const reason = reasons[codeOf(error)] ?? (error instanceof Error ? error.message : String(error));
  const container = `${target.ipv4 ?? target.ipv6 ?? ""}:${containerPort}/${protocol}`;
  return `failed to bind host port for ${host}:${container}: ${reason}`;
}

function isTaken(error: unknown): boolean {
  return error instanceof PortTakenError || codeOf(error) === "EADDRINUSE";
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}
