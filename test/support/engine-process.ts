import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { request, type IncomingMessage } from "node:http";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { emptyEngine, engineFolder } from "./embedded-engine.ts";
import { EngineApi } from "./engine-api.ts";

const entry = join(import.meta.dirname, "../../src/embedded/index.ts");
const serve = `
  const { startEmbeddedEngine } = await import(process.argv[1]);
  const [data, run, socket] = process.argv.slice(2);
  const tell = (error) => console.error(error);
  const fail = (error) => { tell(error); process.exit(1); };
  const places = { data, run, socket };
  const engine = await startEmbeddedEngine({ places, version: "0.0.0", onFault: tell, announce: () => {} });
  process.once("SIGTERM", () => engine.stop().then(() => process.exit(0), fail));
  console.log("ready");
`;

/** An embedded engine in a process of its own, which can be killed and come back to what it had. */
export class EngineProcess implements AsyncDisposable {
  readonly folder: string;
  readonly socketPath: string;
  readonly api: EngineApi;
  /** What went wrong in it, in its words. */
  readonly faults: string[] = [];
  readonly #by: readonly string[];
  #process: ChildProcess | undefined;

  private constructor(folder: string, by: readonly string[]) {
    this.folder = folder;
    this.#by = by;
    this.socketPath = join(folder, "engine.sock");
    this.api = new EngineApi(`unix://${this.socketPath}`);
  }

  /** Starts one from source with places of its own, by way of another command if given. */
  static async start(name: string, by: readonly string[] = []): Promise<EngineProcess> {
    const engine = new EngineProcess(await engineFolder(name), by);
    await engine.comeBack();
    return engine;
  }

  /** Starts it again; resolves when it answers. Throws when it does not come up. */
  async comeBack(): Promise<void> {
    const node = [process.execPath, "--input-type=module", "-e", serve, entry];
    const places = [join(this.folder, "data"), join(this.folder, "run"), this.socketPath];
    const [program = "", ...args] = [...this.#by, ...node, ...places];
    const engine = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
    engine.stderr?.setEncoding("utf8").on("data", (text: string) => this.faults.push(text));
    this.#process = engine;
    const isUp = await Promise.race([
      once(createInterface(engine.stdout), "line").then(() => true),
      once(engine, "exit").then(() => false),
    ]);
    if (!isUp)
      throw new Error(`the engine ended with ${engine.exitCode ?? engine.signalCode}: ${this.faults.join("")}`);
  }

  /** What became of it: nothing as long as it lives. */
  get end(): number | NodeJS.Signals | undefined {
    return this.#process?.exitCode ?? this.#process?.signalCode ?? undefined;
  }

  get pid(): number {
    return this.#process?.pid ?? 0;
  }

  /** Ends it where it is. */
  async kill(): Promise<void> {
    await this.#end("SIGKILL");
  }

  /** Lets it end in good order. Throws when it does not. */
  async stop(): Promise<void> {
    const end = await this.#end("SIGTERM");
    if (end !== 0) throw new Error(`the engine ended with ${end}`);
  }

  /** Takes an image over from the engine of this run. */
  async borrow(image: string): Promise<void> {
    const load = request({ socketPath: this.socketPath, method: "POST", path: "/images/load", agent: false });
    load.end(await new EngineApi().download(`/images/${image}/get`));
    const [loaded] = (await once(load, "response")) as [IncomingMessage];
    await loaded.toArray();
  }

  /** Takes all that it has away, whether it lives or not. Throws when it does not end in good order. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.end !== undefined) await this.comeBack();
    await emptyEngine(this.api);
    await this.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  async #end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals | undefined> {
    const engine = this.#process;
    if (engine === undefined || this.end !== undefined) return this.end;
    const ended = once(engine, "exit");
    engine.kill(signal);
    await ended;
    return this.end;
  }
}
