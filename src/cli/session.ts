import { InvalidProjectError } from "../compose/diagnostic.ts";
import type { LoadContext, Loaded, LoadRequest } from "../compose/load.ts";
import type { Project } from "../compose/project.ts";
import type { FetchRemote } from "../compose/remote.ts";
import type { Context } from "../context.ts";
import type { Engine } from "../engine/engine.ts";
import type { Emit, ProgressEvent } from "../events.ts";
import { type Display, decideDisplay } from "./display.ts";
import type { Interrupts } from "./interrupts.ts";
import type { Io, Output } from "./io.ts";
import { type Environment, environmentSwitch, type GlobalFlags, isNameOnly, loadRequest } from "./project-options.ts";
import type { View } from "./view/view.ts";

/** What a sub-command works with. Everything heavy is loaded when first asked for: `--help` pays for nothing. */
export class Session {
  readonly io: Io;
  readonly flags: GlobalFlags;
  readonly interrupts: Interrupts;
  #loaded: Loaded | undefined;

  constructor(io: Io, flags: GlobalFlags, interrupts: Interrupts) {
    this.io = io;
    this.flags = flags;
    this.interrupts = interrupts;
  }

  /** Fires at the first Ctrl-C. */
  get signal(): AbortSignal {
    return this.interrupts.signal;
  }

  /** What was read last: where the places of later mistakes are to be found. */
  get loaded(): Loaded | undefined {
    return this.#loaded;
  }

  /** Writes a result to standard output, with a line end. */
  print(text: string): void {
    this.io.stdout.write(`${text}\n`);
  }

  /** How to show things; `environment` is the completed one, so that `.env` counts, or the process's before it is known. */
  display(environment: Environment = this.io.environment): Display {
    return decideDisplay(this.flags, environment, this.io.stderr);
  }

  /** True where colours are wanted on `output`. */
  colorsOn(output: Output, environment?: Environment): boolean {
    return this.display(environment).colorsOn(output);
  }

  /** Reads the compose files as the global flags say; warnings are written to stderr. */
  async load(own: LoadRequest = {}): Promise<Loaded> {
    const { load } = await import("../actions/load-project.ts");
    const loaded = await load(...(await this.loading(own)));
    this.#loaded = loaded;
    await this.warn(loaded);
    return loaded;
  }

  /** What to load, as the global flags and the command's own wishes say it, and the world to load it from. */
  async loading(own: LoadRequest = {}): Promise<[request: LoadRequest, context: LoadContext]> {
    const { systemFiles } = await import("../system/files.ts");
    const { systemModules: modules } = await import("../system/modules.ts");
    const { environment, workingDirectory, homeDirectory } = this.io;
    const readStdin = (): Promise<string> => readAll(this.io.stdin);
    const around = { environment, workingDirectory, homeDirectory, modules };
    const fetchRemote: FetchRemote = async (reference) => (await this.#remoteFetcher())(reference);
    return [loadRequest(this.flags, own), { ...around, files: systemFiles, readStdin, fetchRemote }];
  }

  async #remoteFetcher(): Promise<FetchRemote> {
    const [{ remoteFetcher }, { systemPrograms }] = await Promise.all([
      import("../actions/remote/fetch-remote.ts"),
      import("../system/programs.ts"),
    ]);
    const { environment, homeDirectory } = this.io;
    const around = { environment, homeDirectory, signal: this.signal };
    const { insecureRegistry: insecureRegistries = [] } = this.flags;
    return remoteFetcher({ ...around, programs: systemPrograms(around), insecureRegistries });
  }

  /** Tells on stderr what the user should still hear about files that are fine otherwise. */
  async warn(loaded: Pick<Loaded, "warnings" | "sources" | "environment">): Promise<void> {
    if (loaded.warnings.length === 0) return;
    const { showWarnings } = await import("./view/problem.ts");
    showWarnings(loaded, this.io.stderr, this.display(loaded.environment));
  }

  /** The project a command is about: from its files; by name alone when `-p` is all there is, or no file is to be found. */
  async target(own: LoadRequest = {}): Promise<Target> {
    const { environment: ambient } = this.io;
    const { projectName } = this.flags;
    if (projectName !== undefined && isNameOnly(this.flags)) return { name: projectName, environment: ambient };
    try {
      const { project, environment } = await this.load({ resolveEnvironment: false, ...own });
      return { name: project.name, project, environment };
    } catch (error) {
      const name = ambient["COMPOSE_PROJECT_NAME"] ?? "";
      if (name === "" || !isNoFile(error)) throw error;
      return { name, environment: ambient };
    }
  }

  /** Connects to the engine that flags and environment choose. Dispose it when done. */
  async openEngine(): Promise<Engine> {
    const { openEngine } = await import("../open-engine.ts");
    const { environment, homeDirectory } = this.io;
    const { engine: named } = this.flags;
    const options = { environment, homeDirectory, signal: this.signal };
    return (await openEngine({ ...options, ...(named === undefined ? {} : { engine: named }) })).engine;
  }

  /** Opens the view that draws what happens. Dispose it before writing anything else. */
  async openView(environment: Environment): Promise<View> {
    const [{ openView }, { failedFromHere }] = await Promise.all([import("./view/view.ts"), import("./hint.ts")]);
    const status = environmentSwitch(environment, "COMPOSE_STATUS_STDOUT") ? "stdout" : "stderr";
    const display = decideDisplay(this.flags, environment, this.io[status]);
    const view = await openView({ display, status, io: this.io, isVerbose: this.flags.verbose === true });
    const isHeard = (event: ProgressEvent): boolean =>
      this.flags.verbose === true || event.kind !== "remark" || event.level !== "debug";
    const emit: Emit = (event) => void (isHeard(event) && view.emit(failedFromHere(event, this.flags)));
    return { ...view, emit };
  }

  /** What an action needs of the world. */
  async context(engine: Engine, { emit }: Pick<Context, "emit">): Promise<Context> {
    const [{ systemFiles }, { systemClock }, { systemPrograms }] = await Promise.all([
      import("../system/files.ts"),
      import("../system/clock.ts"),
      import("../system/programs.ts"),
    ]);
    const { environment = this.io.environment } = this.#loaded ?? {};
    const programs = systemPrograms({ environment, homeDirectory: this.io.homeDirectory });
    return { engine, files: systemFiles, clock: systemClock, emit, signal: this.signal, programs };
  }
}

/** A project that may be known by its name only. */
export interface Target {
  readonly name: string;
  /** Absent when no file was read: what exists is then found by labels. */
  readonly project?: Project;
  readonly environment: Environment;
}

/** Files that are not there are no obstacle where a name will do; files that are wrong are. */
function isNoFile(error: unknown): boolean {
  return error instanceof InvalidProjectError && error.diagnostics.every(({ code }) => code === "no-compose-file");
}

async function readAll(stream: AsyncIterable<Uint8Array | string>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString("utf8");
}
