import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { outletAddress } from "../rootless/keeper-scripts.ts";
import { type HeldPort, holdPort, type HostPort, type PortHost } from "./port-socket.ts";

/** A port of the machine that slirp4netns passes on. */
interface Passage {
  readonly id: number;
  readonly proto: string;
  readonly host_addr: string;
  readonly host_port: number;
}

/**
 * Ports of the machine for an engine in a network namespace of its own: slirp4netns listens there and passes on to the
 * same port here. It knows no IPv6.
 */
export class OutletPorts implements PortHost {
  readonly everyAddress: readonly string[] = ["0.0.0.0"];
  readonly #socket: string;
  /** Of an earlier engine: what it held may be wanted again. */
  readonly #inherited: Promise<Map<string, Passage>>;
  #isLeft = false;

  constructor(socket: string) {
    this.#socket = socket;
    this.#inherited = this.#order<{ readonly entries: readonly Passage[] }>("list_hostfwd").then(passagesIn);
    // Who wants one of them is told.
    this.#inherited.catch(() => {});
  }

  arrivesAt(): undefined {
    return undefined;
  }

  async hold(at: HostPort, target: Parameters<PortHost["hold"]>[1]): Promise<HeldPort> {
    const inherited = await this.#inherited;
    if (at.address.includes(":")) throw portError("EAFNOSUPPORT", "slirp4netns passes no IPv6 on");
    const held = await holdPort({ ...at, address: "0.0.0.0" }, target);
    const wish = { ...at, port: held.port };
    const key = keyOf(at.protocol, at.address, held.port);
    const known = inherited.get(key);
    inherited.delete(key);
    try {
      const id = known?.id ?? (await this.#open(wish));
      return {
        port: held.port,
        close: async () => {
          if (!this.#isLeft) await this.#order("remove_hostfwd", { id });
          await held.close();
        },
      };
    } catch (error) {
      await held.close();
      throw error;
    }
  }

  /** Gives back what an earlier engine held and nobody wants any more. */
  async settle(): Promise<void> {
    const inherited = await this.#inherited;
    for (const [key, { id }] of inherited) {
      inherited.delete(key);
      await this.#order("remove_hostfwd", { id });
    }
  }

  leave(): void {
    this.#isLeft = true;
  }

  async #open({ protocol, address, port }: HostPort): Promise<number> {
    const ends = { host_addr: address, host_port: port, guest_addr: outletAddress, guest_port: port };
    try {
      return (await this.#order<{ readonly id: number }>("add_hostfwd", { proto: protocol, ...ends })).id;
    } catch (error) {
      // It does not tell why.
      throw port < firstFreePort() ? portError("EACCES", refusalOf(error)) : portError("EADDRINUSE", refusalOf(error));
    }
  }

  /** One order each connection (slirp4netns(1)). */
  async #order<T>(execute: string, parameters: object = {}): Promise<T> {
    const connection = connect(this.#socket);
    const parts: Buffer[] = [];
    connection.on("data", (part: Buffer) => parts.push(part));
    connection.end(JSON.stringify({ execute, arguments: parameters }));
    await once(connection, "close");
    // What is listed comes as it is, all else as what is returned.
    const answer = JSON.parse(Buffer.concat(parts).toString()) as T & { return?: T; error?: { desc?: string } };
    if (answer.error !== undefined) throw new Error(`slirp4netns: ${answer.error.desc ?? "refused"}`);
    return answer.return ?? answer;
  }
}

/** Where no program leads out: nothing is published. */
export const noOutlet: PortHost = {
  everyAddress: ["0.0.0.0"],
  arrivesAt: () => undefined,
  hold: () =>
    Promise.reject(portError("ENETUNREACH", "no program leads out of the engine's network: install slirp4netns")),
  settle: async () => {},
  leave: () => {},
};

function passagesIn({ entries }: { readonly entries: readonly Passage[] }): Map<string, Passage> {
  return new Map(entries.map((entry) => [keyOf(entry.proto, entry.host_addr, entry.host_port), entry]));
}

function keyOf(protocol: string, address: string, port: number): string {
  return `${protocol} ${address} ${port}`;
}

/** Below it a port takes a privilege (kernel: ip-sysctl.rst). */
function firstFreePort(): number {
  return Number(readFileSync("/proc/sys/net/ipv4/ip_unprivileged_port_start", "utf8"));
}

function portError(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}

function refusalOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
