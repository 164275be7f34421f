import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { EngineApi } from "../support/engine-api.ts";
import { clocked, type Contestant } from "./measure.ts";
import { Wire } from "./wire.ts";

/** A container of a project, as far as its start takes time. */
export interface Part {
  readonly image: string;
  readonly command?: readonly string[];
  readonly environment?: readonly string[];
  /** Whoever starts later waits until it accepts connections there. */
  readonly port?: number;
}

/**
 * What no library can do without: a network, all containers at once, and those that come later when the first ones accept
 * connections. No file is read, nobody is probed, and nobody cleans up after the death of a process.
 */
export function floorOf(address: string, parts: readonly Part[]): Contestant {
  return {
    name: "floor",
    measure: async () => {
      using wire = new Wire(address);
      const network = `bench-floor-${randomBytes(3).toString("hex")}`;
      const named = parts.map((part, index) => ({ ...part, name: `${network}-${index}` }));
      const start = ({ name }: { readonly name: string }): Promise<void> =>
        wire.send("POST", `/containers/${name}/start`);
      return {
        start: await clocked(async () => {
          await wire.send("POST", "/networks/create", { Name: network, Driver: "bridge" });
          await Promise.all(
            named.map(({ name, image, command, environment, port }) =>
              wire.send("POST", `/containers/create?name=${name}`, {
                Image: image,
                ...(command === undefined ? {} : { Cmd: command }),
                Env: environment ?? [],
                HostConfig: { NetworkMode: network, PublishAllPorts: port !== undefined },
              }),
            ),
          );
          const servers = named.filter(({ port }) => port !== undefined);
          await Promise.all(
            servers.map(async (server) => {
              await start(server);
              await accepting(await addressOf(server.name, network, address), server.port ?? 0);
            }),
          );
          await Promise.all(named.filter((part) => !servers.includes(part)).map(start));
        }),
        stop: await clocked(async () => {
          await Promise.all(named.map(({ name }) => wire.send("DELETE", `/containers/${name}?v=1&force=1`)));
          await wire.send("DELETE", `/networks/${network}`);
        }),
      };
    },
  };
}

async function addressOf(container: string, network: string, engine: string): Promise<string> {
  const { NetworkSettings } = (await new EngineApi(engine).get(`/containers/${container}/json`)) as {
    readonly NetworkSettings: { readonly Networks: Readonly<Record<string, { readonly IPAddress: string }>> };
  };
  return NetworkSettings.Networks[network]?.IPAddress ?? "";
}

/**
 * Asks by connections alone: they cost the server nothing, where a probe is a program in its container. Throws when nobody
 * accepts them for a minute.
 */
async function accepting(host: string, port: number): Promise<void> {
  const signal = AbortSignal.timeout(60_000);
  for (;;) {
    const socket = connect({ host, port });
    const isOpen = await once(socket, "connect").then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (isOpen) return;
    await delay(10, undefined, { signal });
  }
}
