import type { Project } from "../compose/project.ts";
import type { Context } from "../context.ts";
import type { Attachment, Engine, OutputChunk } from "../engine/engine.ts";
import { wholeLines } from "./whole-lines.ts";

/** The driver that keeps nothing; of what all others take engines keep a copy to read. */
const unlogged = "none";

/**
 * Output of containers whose engine keeps no log of it (`logging.driver: none`): only who is attached before the start
 * hears all that such a container says. Of runs that an engine starts by itself the first words may be missed.
 */
export class UnloggedOutput {
  /** Whether any service is so: then nothing is asked for all the others either. */
  readonly #isUsed: boolean;
  readonly #context: Pick<Context, "engine" | "signal" | "clock">;
  readonly #heard = new Map<string, AsyncIterable<OutputChunk>>();

  constructor({ services }: Project, context: Pick<Context, "engine" | "signal" | "clock">) {
    this.#isUsed = Object.values(services).some(({ logging }) => logging?.driver === unlogged);
    this.#context = context;
  }

  /** The engine, where every container that is started is listened to first. */
  get listeningEngine(): Engine {
    const { engine } = this.#context;
    if (!this.#isUsed) return engine;
    return {
      ...engine,
      startContainer: async (id) => {
        const attachment = await this.#join(id);
        if (attachment !== undefined) this.#heard.set(attachment.id, attachment.output);
        return engine.startContainer(id);
      },
    };
  }

  /** What is heard of the run that a container is in, in whole lines; `undefined` where its log tells. */
  async take(
    id: string,
    { timestamps }: { readonly timestamps: boolean },
  ): Promise<AsyncIterable<OutputChunk> | undefined> {
    if (!this.#isUsed) return undefined;
    const output = this.#heard.get(id) ?? (await this.#overhear(id));
    this.#heard.delete(id);
    if (output === undefined) return undefined;
    return timestamps ? this.#timed(wholeLines(output)) : wholeLines(output);
  }

  /** The rest of a run that has begun without us. */
  async #overhear(id: string): Promise<AsyncIterable<OutputChunk> | undefined> {
    const attachment = await this.#join(id);
    if (attachment === undefined) return undefined;
    const state = (await this.#context.engine.inspectContainer(id))?.State;
    if (state?.Running === true && !state.Restarting) return attachment.output;
    // It has ended meanwhile: its streams would wait for the next start, and so would we.
    await attachment[Symbol.asyncDispose]();
    return silence();
  }

  /** Attaches to a container, under whatever name it is known, if that is the only way to hear it. */
  async #join(name: string): Promise<(Attachment & { readonly id: string }) | undefined> {
    const { engine, signal } = this.#context;
    const { Id: id, HostConfig, Config } = (await engine.inspectContainer(name)) ?? {};
    if (id === undefined || HostConfig?.LogConfig?.Type !== unlogged) return undefined;
    return { ...(await engine.attach(id, { stdin: false, tty: Config?.Tty === true, signal })), id };
  }

  /** By our own clock: nobody else knows when a line was written. */
  async *#timed(output: AsyncIterable<OutputChunk>): AsyncGenerator<OutputChunk> {
    for await (const { stream, bytes } of output) {
      const time = new Date(this.#context.clock.now()).toISOString();
      const lines = Buffer.from(bytes)
        .toString("latin1")
        .replaceAll(/^(?!$)/gm, `${time} `);
      yield { stream, bytes: Buffer.from(lines, "latin1") };
    }
  }
}

async function* silence(): AsyncGenerator<OutputChunk> {}
