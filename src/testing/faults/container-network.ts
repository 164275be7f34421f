import { existsSync } from "node:fs";
import type { ContainerInspect } from "../../docker-api/container.ts";
import { TscomposeError } from "../../errors.ts";
import type { OpenContext } from "../../library/open-context.ts";
import { thisMachine } from "../../system/machine.ts";
import type { Programs } from "../../system/programs.ts";
import { delayCalls, type Disturbed, lossScript } from "./disturbance.ts";

/** The network of a container as programs of this machine can change it, or why they cannot. */
export type NetworkAccess = { readonly network: ContainerNetwork } | { readonly obstacle: string };

/** Looks whether the network namespace of a container is within reach: on this machine, for root. */
export async function reachNetwork(container: ContainerInspect, context: OpenContext): Promise<NetworkAccess> {
  if (!context.engine.address.startsWith("unix:")) return { obstacle: "the engine is on another machine" };
  if (thisMachine().userId !== 0) return { obstacle: "only root can enter the network of a container" };
  const { Pid: pid } = container.State;
  if (pid === 0) return { obstacle: "the container does not run" };
  const addresses = addressesOf(container);
  // The engine may be in a virtual machine, where the number means another process than here.
  const own = (await context.files.readText(`/proc/${pid}/net/fib_trie`)) ?? "";
  const isSame = addresses.some((address) => own.includes(` ${address}\n`));
  if (!isSame) return { obstacle: "the engine's containers are not processes of this machine" };
  const { programs } = context;
  const nsenter = await programs?.find("nsenter", "/");
  if (programs === undefined || nsenter === undefined) return { obstacle: needs("nsenter") };
  return { network: new ContainerNetwork(pid, nsenter, programs) };
}

/** Addresses of a container on all of its networks. */
export function addressesOf({ NetworkSettings }: ContainerInspect): readonly string[] {
  return Object.values(NetworkSettings.Networks)
    .flatMap(({ IPAddress, GlobalIPv6Address }) => [IPAddress ?? "", GlobalIPv6Address ?? ""])
    .filter((address) => address !== "");
}

/** The network namespace of a container that runs. Its rules go with it. */
export class ContainerNetwork {
  readonly #pid: number;
  readonly #nsenter: string;
  readonly #programs: Programs;
  #isLossy = false;
  #delayed: ReadonlySet<string> = new Set();

  constructor(pid: number, nsenter: string, programs: Programs) {
    this.#pid = pid;
    this.#nsenter = nsenter;
    this.#programs = programs;
  }

  /** Whether there is still something of it: a container that has ended has taken it along. */
  get #isThere(): boolean {
    return existsSync(`/proc/${this.#pid}`);
  }

  /** Brings its traffic with others to this, whatever it was before. Throws when this machine cannot do that. */
  async disturb(links: readonly Disturbed[]): Promise<void> {
    if (!this.#isThere) return;
    const isLossy = links.some(({ isCut, lostShare }) => isCut || lostShare > 0);
    if (isLossy || this.#isLossy) await this.#run("nft", [lossScript(links)]);
    this.#isLossy = isLossy;
    for (const device of this.#delayed) await this.#run("tc", ["qdisc", "del", "dev", device, "root"]);
    this.#delayed = new Set();
    for (const [device, ofDevice] of await this.#byDevice(links.filter(({ delayMs }) => delayMs > 0))) {
      await this.#delay(device, ofDevice);
    }
  }

  async #delay(device: string, links: readonly Disturbed[]): Promise<void> {
    const [first = [], ...others] = delayCalls(device, links);
    await this.#run("tc", first);
    try {
      for (const call of others) await this.#run("tc", call);
      this.#delayed = new Set([...this.#delayed, device]);
    } catch (error) {
      await this.#run("tc", ["qdisc", "del", "dev", device, "root"]);
      throw error;
    }
  }

  async #byDevice(links: readonly Disturbed[]): Promise<ReadonlyMap<string, readonly Disturbed[]>> {
    const found = links.flatMap((link) =>
      link.addresses.map(async (address) => {
        const [, device = ""] = /\bdev (\S+)/.exec(await this.#run("ip", ["-o", "route", "get", address])) ?? [];
        return { device, link: { ...link, addresses: [address] } };
      }),
    );
    const byDevice = Map.groupBy(await Promise.all(found), ({ device }) => device);
    return new Map([...byDevice].map(([device, each]) => [device, each.map(({ link }) => link)]));
  }

  /** Runs a program of this machine on the container's network; answers with what it says. */
  async #run(name: string, args: readonly string[]): Promise<string> {
    const path = await this.#programs.find(name, "/");
    if (path === undefined) throw new TscomposeError({ code: "unsupported", message: needs(name), hint: packages });
    const said: string[] = [];
    const { exitCode, complaint } = await this.#programs.run({
      path: this.#nsenter,
      args: ["--target", String(this.#pid), "--net", path, ...args],
      directory: "/",
      environment: {},
      onLine: (line) => void said.push(line),
      // What was begun is brought to its end: half a fault is none that can be healed.
      signal: new AbortController().signal,
    });
    if (exitCode === 0) return said.join("\n");
    const isEmulation = args.includes("netem");
    throw new TscomposeError({
      code: "unsupported",
      message: isEmulation
        ? `this kernel has no network emulation: ${complaint}`
        : `${name} ${args.join(" ")}: ${complaint}`,
      ...(isEmulation ? { hint: "modprobe sch_netem (CONFIG_NET_SCH_NETEM)" } : {}),
    });
  }
}

const packages = "apt-get install nftables iproute2 util-linux";

function needs(program: string): string {
  return `${program} is needed for faults of the network, and is not installed`;
}
