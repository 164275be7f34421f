import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { badRequest, notFound } from "../api/http-error.ts";
import { loadJson, saveJson } from "../store/json-file.ts";
import type { NetworkDocument } from "./network.ts";

/** The engine's networks, in memory and one file each on disk. */
export class NetworkStore {
  readonly #folder: string;
  readonly #byId: Map<string, NetworkDocument>;

  private constructor(folder: string, networks: readonly NetworkDocument[]) {
    this.#folder = folder;
    this.#byId = new Map(networks.map((network) => [network.id, network]));
  }

  /** Reads what is on disk. */
  static async open(folder: string): Promise<NetworkStore> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const files = (await readdir(folder)).filter((name) => /^[0-9a-f]{64}\.json$/.test(name));
    const networks = await Promise.all(files.map((name) => loadJson(join(folder, name))));
    return new NetworkStore(folder, networks as NetworkDocument[]);
  }

  all(): readonly NetworkDocument[] {
    return [...this.#byId.values()];
  }

  byName(name: string): NetworkDocument | undefined {
    return this.all().find((network) => network.name === name);
  }

  byId(id: string): NetworkDocument | undefined {
    return this.#byId.get(id);
  }

  /** By full id, name or beginning of an id, in this order. Throws 404 for none, 400 for several. */
  get(reference: string): NetworkDocument {
    const found = this.find(reference);
    if (found === undefined) throw notFound(`network ${reference} not found`);
    return found;
  }

  /** The same, `undefined` for none. */
  find(reference: string): NetworkDocument | undefined {
    const exact = this.#byId.get(reference) ?? this.byName(reference === "default" ? "bridge" : reference);
    if (exact !== undefined || !/^[0-9a-f]+$/.test(reference)) return exact;
    const [first, second] = this.all().filter(({ id }) => id.startsWith(reference));
    if (second !== undefined)
      throw badRequest(`network ${reference} is ambiguous (2 or more matches found based on ID prefix)`);
    return first;
  }

  async add(network: NetworkDocument): Promise<void> {
    this.#byId.set(network.id, network);
    await saveJson(this.#pathOf(network.id), network, { sync: true });
  }

  async remove(id: string): Promise<void> {
    this.#byId.delete(id);
    await rm(this.#pathOf(id), { force: true });
  }

  #pathOf(id: string): string {
    return join(this.#folder, `${id}.json`);
  }
}
