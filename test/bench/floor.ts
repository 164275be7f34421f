import { Agent, request } from "node:http";
import { destination } from "../support/engine-api.ts";

/**
 * What no tool can do without: the calls that make a project, and nothing else, as parallel as the engine takes them. No
 * file is read, nothing is looked at, nothing is shown.
 */
export class Floor implements Disposable {
  readonly #agent = new Agent({ keepAlive: true });
  readonly #address: string;
  readonly #name: string;

  constructor(address: string, name: string) {
    this.#address = address;
    this.#name = name;
  }

  /** A network, then all containers at once: create, start. */
  async up(count: number): Promise<void> {
    const network = `${this.#name}_default`;
    await this.#send("POST", "/networks/create", { Name: network, Driver: "bridge" });
    await this.#each(count, async (name, index) => {
      const EndpointsConfig = { [network]: { Aliases: [`s${index}`] } };
      await this.#send("POST", `/containers/create?name=${name}`, {
        Image: "busybox",
        Cmd: ["sleep", "100000"],
        StopSignal: "SIGKILL",
        HostConfig: { NetworkMode: network },
        NetworkingConfig: { EndpointsConfig },
      });
      await this.#send("POST", `/containers/${name}/start`);
    });
  }

  /** All containers at once: stop, remove; then the network. */
  async down(count: number): Promise<void> {
    await this.#each(count, async (name) => {
      await this.#send("POST", `/containers/${name}/stop`);
      await this.#send("DELETE", `/containers/${name}?v=1&force=1`);
    });
    await this.#send("DELETE", `/networks/${this.#name}_default`);
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }

  async #each(count: number, work: (name: string, index: number) => Promise<void>): Promise<void> {
    await Promise.all(Array.from({ length: count }, (_, index) => work(`${this.#name}-s${index}-1`, index)));
  }

  #send(method: string, path: string, body?: object): Promise<void> {
    return new Promise((resolve, reject) => {
      const headers = body === undefined ? {} : { "Content-Type": "application/json" };
      const call = request({ ...destination(this.#address), method, path, headers, agent: this.#agent });
      call.on("error", reject);
      call.on("response", (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("end", () => {
          if ((response.statusCode ?? 500) < 400) return resolve();
          reject(new Error(`${method} ${path}: ${response.statusCode} ${Buffer.concat(chunks).toString().trim()}`));
        });
      });
      call.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }
}
