import type { ContainerInspect } from "../../docker-api/container.ts";
import type { Running } from "../running.ts";
import { addressesOf, type ContainerNetwork, reachNetwork } from "./container-network.ts";
import { cutByLeaving } from "./cut-by-leaving.ts";
import { beyond, type Ends, inspectService } from "./ends.ts";
import { both, type Disturbance, undisturbed } from "./disturbance.ts";
import { Fault } from "./fault.ts";

/** What is wrong on the networks of a stack. One change at a time: each brings everything to what is wanted by then. */
export class LinkFaults {
  readonly #running: Running;
  readonly #active = new Map<Fault, Ends & { readonly disturbance: Disturbance }>();
  readonly #networks = new Map<string, ContainerNetwork>();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(running: Running) {
    this.#running = running;
  }

  /** Disturbs a link until the fault is healed. Throws when that is beyond what can be done here, and nothing is changed. */
  disturb(ends: Ends, disturbance: Disturbance): Promise<Fault> {
    return this.#inTurn(async () => {
      const containers = await this.#containersOf(ends.from);
      const obstacle = await this.#obstacle(containers);
      if (obstacle !== undefined && disturbance.isCut) return cutByLeaving(ends, obstacle, this.#running);
      if (obstacle !== undefined) throw beyond(ends, obstacle);
      const fault: Fault = new Fault(() => this.#heal(fault));
      this.#active.set(fault, { ...ends, disturbance });
      try {
        await this.#apply(ends.from);
      } catch (error) {
        this.#active.delete(fault);
        await this.#apply(ends.from);
        throw error;
      }
      return fault;
    });
  }

  /** Heals whatever nobody has healed. */
  async healAll(): Promise<void> {
    for (const fault of this.#active.keys()) await fault.heal();
  }

  #heal(fault: Fault): Promise<void> {
    return this.#inTurn(async () => {
      const ends = this.#active.get(fault);
      this.#active.delete(fault);
      if (ends !== undefined) await this.#apply(ends.from);
    });
  }

  async #apply(from: string): Promise<void> {
    const wanted = [...this.#active.values()].filter((fault) => fault.from === from);
    const links = await Promise.all(
      [...Map.groupBy(wanted, ({ to }) => to)].map(async ([to, faults]) => {
        const peers = await this.#containersOf(to);
        const disturbance = faults.map((fault) => fault.disturbance).reduce(both, undisturbed);
        return { ...disturbance, addresses: peers.flatMap((peer) => addressesOf(peer)) };
      }),
    );
    const networks = [...this.#networks].filter(([key]) => key.startsWith(`${from} `)).map(([, network]) => network);
    for (const network of networks) await network.disturb(links);
  }

  /** Why the networks of containers are out of reach; those that are not are known from then on. */
  async #obstacle(containers: readonly ContainerInspect[]): Promise<string | undefined> {
    for (const container of containers) {
      const key = `${this.#serviceOf(container)} ${container.Id} ${container.State.Pid}`;
      if (this.#networks.has(key)) continue;
      const access = await reachNetwork(container, this.#running.context);
      if ("obstacle" in access) return access.obstacle;
      this.#networks.set(key, access.network);
    }
    return undefined;
  }

  #serviceOf({ Id }: ContainerInspect): string {
    return this.#running.containers.find(({ id }) => id === Id)?.service ?? "";
  }

  async #containersOf(service: string): Promise<readonly ContainerInspect[]> {
    await this.#running.refresh();
    return inspectService(this.#running, service);
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => {}); // told to whoever asked
    return done;
  }
}
