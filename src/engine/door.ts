import { connect as connectSocket, isIP, type NetConnectOpts } from "node:net";
import type { Duplex } from "node:stream";
import type { Address, Tls } from "./address.ts";

/** A way to an engine: each call of `connect` opens one more connection. */
export interface Door {
  /** What the `Host` header says. */
  readonly host: string;
  readonly connect: () => Duplex;
}

/**
 * Finds the door at an address; `environment` is what the `ssh` program gets to see. What only some doors need is loaded
 * for them alone: `node:tls` and `node:child_process` would cost every command 10 ms.
 */
export async function doorTo(address: Address, environment: Environment): Promise<Door> {
  switch (address.kind) {
    case "socket":
      return { host: "localhost", connect: () => connectSocket({ path: address.path }) };
    case "ssh": {
      const { dialOverSsh } = await import("./ssh.ts");
      return { host: "localhost", connect: () => dialOverSsh(address, environment) };
    }
    case "tcp":
      return {
        host: address.host,
        connect: address.tls ? await tlsTo(address, address.tls) : () => connectSocket(tcpOptions(address)),
      };
  }
}

/** Variables as the process got them. */
export type Environment = Readonly<Record<string, string | undefined>>;

type TcpAddress = Extract<Address, { kind: "tcp" }>;

function tcpOptions({ host, port, tls }: TcpAddress): NetConnectOpts {
  return { host, port: port ?? (tls === undefined ? 2375 : 2376), noDelay: true, keepAlive: true };
}

async function tlsTo(address: TcpAddress, { isVerified, ...keys }: Tls): Promise<() => Duplex> {
  const { connect } = await import("node:tls");
  const { host } = address;
  const options = { host, servername: isIP(host) === 0 ? host : "", ...keys, rejectUnauthorized: isVerified };
  // Half-open: the end of a process's input must not end its output.
  return () => connect({ ...options, socket: connectSocket({ ...tcpOptions(address), allowHalfOpen: true }) });
}
