import type { ContainerCreateBody, HealthConfig } from "../../src/docker-api/container.ts";
import type { EngineEventBody } from "../../src/docker-api/event.ts";
import { Wire } from "./wire.ts";

/**
 * What no tool can do without: the calls that make a project, and nothing else, as parallel as the engine takes them. No
 * file is read, nothing is looked at, nothing is shown.
 */
export class Floor implements Disposable {
  readonly #wire: Wire;
  readonly #name: string;
  readonly #network: string;

  constructor(address: string, name: string) {
    this.#wire = new Wire(address);
    this.#name = name;
    this.#network = `${name}_default`;
  }

  /** A network, then all containers at once: create, start. */
  async up(count: number): Promise<void> {
    await this.#createNetwork();
    await this.#each(count, async (name, index) => {
      await this.#create(name, index, {});
      await this.#start(name);
    });
  }

  /** A network, all containers at once; then each is started as soon as the engine tells that the one before is healthy. */
  async upInTurn(count: number, health: HealthConfig): Promise<void> {
    const filters = JSON.stringify({ event: ["health_status: healthy"] });
    const begin = (Date.now() / 1000).toFixed(3);
    await this.#createNetwork();
    await this.#each(count, (name, index) => this.#create(name, index, { Healthcheck: health }));
    const names = Array.from({ length: count }, (_, index) => this.#nameOf(index)).values();
    let awaited = names.next().value;
    if (awaited !== undefined) await this.#start(awaited);
    for await (const event of this.#wire.follow(`/events?since=${begin}&filters=${encodeURIComponent(filters)}`)) {
      if ((event as EngineEventBody).Actor.Attributes["name"] !== awaited) continue;
      awaited = names.next().value;
      if (awaited === undefined) return;
      await this.#start(awaited);
    }
  }

  /** All containers at once: stop, remove; then the network. */
  async down(count: number): Promise<void> {
    await this.#each(count, async (name) => {
      await this.#wire.send("POST", `/containers/${name}/stop`);
      await this.#wire.send("DELETE", `/containers/${name}?v=1&force=1`);
    });
    await this.#wire.send("DELETE", `/networks/${this.#network}`);
  }

  [Symbol.dispose](): void {
    this.#wire[Symbol.dispose]();
  }

  #createNetwork(): Promise<void> {
    return this.#wire.send("POST", "/networks/create", { Name: this.#network, Driver: "bridge" });
  }

  #create(name: string, index: number, more: Partial<ContainerCreateBody>): Promise<void> {
    return this.#wire.send("POST", `/containers/create?name=${name}`, {
      Image: "busybox",
      Cmd: ["sleep", "100000"],
      StopSignal: "SIGKILL",
      ...more,
      HostConfig: { NetworkMode: this.#network },
      NetworkingConfig: { EndpointsConfig: { [this.#network]: { Aliases: [`s${index}`] } } },
    });
  }

  #start(name: string): Promise<void> {
    return this.#wire.send("POST", `/containers/${name}/start`);
  }

  #nameOf(index: number): string {
    return `${this.#name}-s${index}-1`;
  }

  async #each(count: number, work: (name: string, index: number) => Promise<void>): Promise<void> {
    await Promise.all(Array.from({ length: count }, (_, index) => work(this.#nameOf(index), index)));
  }
}
