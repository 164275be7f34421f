import type { LoadContext } from "../compose/load.ts";
import type { Context } from "../context.ts";
import type { Choice } from "../engine/connect.ts";
import { openEngine } from "../open-engine.ts";
import { systemClock } from "../system/clock.ts";
import { systemFiles } from "../system/files.ts";
import { systemModules } from "../system/modules.ts";
import { systemPrograms } from "../system/programs.ts";
import { ownSurroundings, type Surroundings } from "../system/surroundings.ts";

/** What every verb needs of the world: an engine, the files of this machine, whom to tell, and what ends it. */
export interface OpenContext extends Context, LoadContext, AsyncDisposable {
  /** Which engine was chosen, and what was looked at before. */
  readonly choice: Choice;
}

/** What a context is made of; absent: as this process has it. */
export interface OpenContextOptions extends Partial<Surroundings>, Partial<Pick<Context, "emit" | "signal">> {
  /** As `--engine` has it: an address, the path of a socket, or `embedded`. */
  readonly engine?: string;
  /** Text of the compose file that is named `-`; absent: there is none. */
  readonly readStdin?: () => Promise<string>;
}

/** Chooses an engine and connects to it, as the command line would. Dispose of the context when done. */
export async function openContext(options: OpenContextOptions = {}): Promise<OpenContext> {
  const { engine: named, emit = () => {}, signal = new AbortController().signal } = options;
  const around = loadContext(options);
  const asked = named === undefined ? {} : { engine: named };
  const { engine, choice } = await openEngine({ ...around, ...asked, signal });
  const close = (): Promise<void> => engine[Symbol.asyncDispose]();
  const programs = systemPrograms(around);
  return { ...around, programs, engine, choice, clock: systemClock, emit, signal, [Symbol.asyncDispose]: close };
}

/** What reading compose files needs, which is no engine. */
export function loadContext(
  options: Partial<Surroundings> & Pick<OpenContextOptions, "readStdin" | "signal"> = {},
): LoadContext {
  const own = ownSurroundings();
  const { signal = new AbortController().signal } = options;
  const environment = options.environment ?? own.environment;
  const homeDirectory = options.homeDirectory ?? own.homeDirectory;
  const around = { environment, homeDirectory };
  const fetching = { ...around, programs: systemPrograms(around), signal };
  return {
    files: systemFiles,
    environment,
    workingDirectory: options.workingDirectory ?? own.workingDirectory,
    homeDirectory,
    modules: systemModules,
    readStdin: options.readStdin ?? (async () => ""),
    fetchRemote: async (reference) =>
      (await import("../actions/remote/fetch-remote.ts")).remoteFetcher(fetching)(reference),
  };
}
