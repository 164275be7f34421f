import type { EngineEventBody } from "../../src/docker-api/event.ts";
import type { ContainerInspect } from "../../src/docker-api/container.ts";
import type { Changes, EngineApi } from "./engine-api.ts";

/**
 * Which volumes the containers of a run have had. A volume without a name of its own tells of no project, and once its
 * container is gone nothing leads to it any more: they are written down while containers come and go.
 */
export class VolumeLedger {
  readonly #engine: EngineApi;
  readonly #prefix: string;
  readonly #changes: Changes;
  readonly #over = new AbortController();
  readonly #containers = new Map<string, string>();
  readonly #uses: { readonly volume: string; readonly container: string }[] = [];
  readonly #reading: Promise<void>;

  private constructor(engine: EngineApi, prefix: string, changes: Changes) {
    this.#engine = engine;
    this.#prefix = prefix;
    this.#changes = changes;
    this.#reading = this.#read();
  }

  /** Writes down what is used from now on by containers whose name or project begins so. */
  static async open(engine: EngineApi, prefix: string): Promise<VolumeLedger> {
    return new VolumeLedger(engine, prefix, await engine.events());
  }

  /** Ends the ledger; the volumes that are still there, each with the container that had it. */
  async close(): Promise<readonly string[]> {
    this.#over.abort();
    await this.#reading;
    await this.#changes[Symbol.asyncDispose]();
    const present = new Set((await this.#engine.volumes()).map(({ Name }) => Name));
    return this.#uses.flatMap(({ volume, container }) => {
      const name = this.#containers.get(container);
      return name !== undefined && present.delete(volume) ? [`volume ${volume} of ${name}`] : [];
    });
  }

  async #read(): Promise<void> {
    do {
      for (const event of this.#changes.seen.splice(0)) await this.#note(event);
    } while (await this.#changes.next(this.#over.signal));
  }

  async #note({ Type, Action, Actor: { ID, Attributes } }: EngineEventBody): Promise<void> {
    const { name = "", container = "", "com.docker.compose.project": project = "" } = Attributes;
    if (Type === "volume" && Action === "mount") this.#uses.push({ volume: ID, container });
    if (Type !== "container" || Action !== "create") return;
    if (![name, project].some((word) => word.startsWith(this.#prefix))) return;
    this.#containers.set(ID, name);
    // What is made and never started mounts nothing; one that is gone already has told by mounting.
    const { Mounts = [] } = (await this.#engine
      .get(`/containers/${ID}/json`)
      .catch(() => ({}))) as Partial<ContainerInspect>;
    for (const { Type: kind, Name } of Mounts)
      if (kind === "volume") this.#uses.push({ volume: Name ?? "", container: ID });
  }
}
