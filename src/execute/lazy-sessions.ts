import type { Engine } from "../engine/engine.ts";
import type { BuildSessions } from "./builds/sessions.ts";

/** Sessions with BuildKit, for those few runs that build something: until then nothing of them is loaded. */
export class LazySessions implements AsyncDisposable {
  readonly #engine: Engine;
  readonly #environment: Readonly<Record<string, string>>;
  #opening: Promise<BuildSessions> | undefined;

  constructor(engine: Engine, environment: Readonly<Record<string, string>>) {
    this.#engine = engine;
    this.#environment = environment;
  }

  open(): Promise<BuildSessions> {
    this.#opening ??= import("./builds/sessions.ts").then(({ BuildSessions: Sessions }) => {
      return new Sessions(this.#engine, this.#environment);
    });
    return this.#opening;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await (await this.#opening)?.[Symbol.asyncDispose]();
  }
}
