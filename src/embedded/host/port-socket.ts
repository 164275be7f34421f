import { createSocket, type Socket as UdpSocket } from "node:dgram";
import { connect, createServer, type Socket } from "node:net";

/** Where a socket of the host listens. */
export interface HostPort {
  readonly protocol: "tcp" | "udp";
  readonly address: string;
  /** 0 for one that the kernel chooses. */
  readonly port: number;
}

/** Where what arrives is passed on to, at the moment when it does; `undefined` for nowhere. */
export type PortTarget = () => { readonly address: string; readonly port: number } | undefined;

/** A port of the host that nobody else gets. */
export interface HeldPort {
  readonly port: number;
  close(): Promise<void>;
}

/** Where ports of the machine are taken for containers. */
export interface PortHost {
  /** What is meant by no address at all. */
  readonly everyAddress: readonly string[];
  /** Rejects with the system's error (`EADDRINUSE`, `EADDRNOTAVAIL`, …). */
  hold(at: HostPort, target: PortTarget): Promise<HeldPort>;
  /** The address where the kernel sees what is sent to an address of the machine; `undefined` for any of its own. */
  arrivesAt(address: string): string | undefined;
  /** Called when all ports of an earlier engine are held that are wanted again. */
  settle(): Promise<void>;
  /** Called when the engine ends: what still leads to containers goes on without it. */
  leave(): void;
}

/** The machine's own. */
export const machinePorts: PortHost = {
  everyAddress: ["0.0.0.0", "::"],
  hold: holdPort,
  arrivesAt: (address) => (address === "0.0.0.0" || address === "::" ? undefined : address),
  settle: async () => {},
  leave: () => {},
};

/** Like docker-proxy: a client that is silent for so long is forgotten. */
const idleUdpMs = 90_000;
const mostUdpClients = 1024;

/**
 * Takes a port of the host, and passes on what the kernel's address translation does not: from IPv6 to a container
 * with IPv4 only, from `::1`. Rejects with the system's error (`EADDRINUSE`, `EADDRNOTAVAIL`, …).
 */
export function holdPort(at: HostPort, target: PortTarget): Promise<HeldPort> {
  return at.protocol === "tcp" ? holdTcp(at, target) : holdUdp(at, target);
}

async function holdTcp({ address, port }: HostPort, target: PortTarget): Promise<HeldPort> {
  const open = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (client) => passOn(client, target, open));
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen({ host: address, port, exclusive: true, ipv6Only: address.includes(":") }, resolve);
  await promise;
  const bound = server.address();
  return {
    port: typeof bound === "object" && bound !== null ? bound.port : port,
    close: () => {
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      for (const socket of open) socket.destroy();
      return closed.promise;
    },
  };
}

function passOn(client: Socket, target: PortTarget, open: Set<Socket>): void {
  const to = target();
  if (to === undefined) return void client.destroy();
  const server = connect({ host: to.address, port: to.port, allowHalfOpen: true });
  for (const [one, other] of [
    [client, server],
    [server, client],
  ] as const) {
    open.add(one);
    one.setNoDelay(true);
    one.pipe(other);
    one.on("error", () => other.destroy());
    one.on("close", () => {
      open.delete(one);
      // An end has been passed on; anything else breaks both.
      if (!one.readableEnded) other.destroy();
    });
  }
}

async function holdUdp({ address, port }: HostPort, target: PortTarget): Promise<HeldPort> {
  const family = address.includes(":") ? "udp6" : "udp4";
  const socket = createSocket({ type: family, ipv6Only: family === "udp6" });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.once("error", reject);
  socket.bind({ address, port, exclusive: true }, resolve);
  await promise;
  socket.off("error", reject);
  socket.on("error", () => {});
  const clients = new Map<string, { readonly socket: UdpSocket; readonly timer: NodeJS.Timeout }>();
  socket.on("message", (message, from) => {
    const key = `${from.address} ${from.port}`;
    const known = clients.get(key);
    known?.timer.refresh();
    if (known !== undefined) return known.socket.send(message);
    const to = target();
    if (to === undefined || clients.size >= mostUdpClients) return;
    const upstream = createSocket(to.address.includes(":") ? "udp6" : "udp4");
    const forget = (): void => {
      if (clients.delete(key)) upstream.close();
    };
    clients.set(key, { socket: upstream, timer: setTimeout(forget, idleUdpMs) });
    upstream.on("error", () => {});
    upstream.on("message", (reply) => {
      clients.get(key)?.timer.refresh();
      socket.send(reply, from.port, from.address);
    });
    upstream.connect(to.port, to.address, (error?: Error | null) => {
      if (error) forget();
      else upstream.send(message);
    });
  });
  return {
    port: socket.address().port,
    close: () => {
      for (const { socket: upstream, timer } of clients.values()) {
        clearTimeout(timer);
        upstream.close();
      }
      clients.clear();
      const closed = Promise.withResolvers<void>();
      socket.close(() => closed.resolve());
      return closed.promise;
    },
  };
}
