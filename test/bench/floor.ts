import { Wire } from "./wire.ts";

/**
 * What no tool can do without: the calls that make a project, and nothing else, as parallel as the engine takes them. No
 * file is read, nothing is looked at, nothing is shown.
 */
export class Floor implements Disposable {
  readonly #wire: Wire;
  readonly #name: string;

  constructor(address: string, name: string) {
    this.#wire = new Wire(address);
    this.#name = name;
  }

  /** A network, then all containers at once: create, start. */
  async up(count: number): Promise<void> {
    const network = `${this.#name}_default`;
    await this.#wire.send("POST", "/networks/create", { Name: network, Driver: "bridge" });
    await this.#each(count, async (name, index) => {
      const EndpointsConfig = { [network]: { Aliases: [`s${index}`] } };
      await this.#wire.send("POST", `/containers/create?name=${name}`, {
        Image: "busybox",
        Cmd: ["sleep", "100000"],
        StopSignal: "SIGKILL",
        HostConfig: { NetworkMode: network },
        NetworkingConfig: { EndpointsConfig },
      });
      await this.#wire.send("POST", `/containers/${name}/start`);
    });
  }

  /** All containers at once: stop, remove; then the network. */
  async down(count: number): Promise<void> {
    await this.#each(count, async (name) => {
      await this.#wire.send("POST", `/containers/${name}/stop`);
      await this.#wire.send("DELETE", `/containers/${name}?v=1&force=1`);
    });
    await this.#wire.send("DELETE", `/networks/${this.#name}_default`);
  }

  [Symbol.dispose](): void {
    this.#wire[Symbol.dispose]();
  }

  async #each(count: number, work: (name: string, index: number) => Promise<void>): Promise<void> {
    await Promise.all(Array.from({ length: count }, (_, index) => work(`${this.#name}-s${index}-1`, index)));
  }
}
