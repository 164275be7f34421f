import type { Choice, ConnectOptions, Survey } from "./engine/connect.ts";
import type { Engine } from "./engine/engine.ts";
import { systemClock } from "./system/clock.ts";
import { thisMachine } from "./system/machine.ts";

/** What decides which engine is opened; the rest is found out about this machine. */
export interface OpenEngineOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly homeDirectory: string;
  /** As `--engine` has it: an address, or the path of a socket. */
  readonly engine?: string;
  readonly signal?: AbortSignal;
}

/** An open engine, and why it is this one. Dispose of the engine when done. */
export interface OpenedEngine {
  readonly engine: Engine;
  readonly choice: Choice;
}

/** Chooses an engine and connects to it: flag, `DOCKER_HOST`, Docker context, then the first socket that answers. */
export async function openEngine(options: OpenEngineOptions): Promise<OpenedEngine> {
  const { connect } = await import("./engine/connect.ts");
  return connect(connectOptions(options));
}

/** Tries every place where an engine may be, in the same order. */
export async function surveyEngines(options: OpenEngineOptions): Promise<Survey> {
  const { survey } = await import("./engine/connect.ts");
  return survey(connectOptions(options));
}

/** Where an embedded engine lives, when not at the usual places. */
export interface EmbeddedPlaces {
  readonly data?: string;
  readonly run?: string;
  /** Default: `engine.sock` in the run folder. */
  readonly socket?: string;
}

/** Serves the embedded engine in this process until it is disposed of; its containers go on without it. */
export async function serveEmbeddedEngine({
  version,
  onFault,
  announce,
  ...places
}: EmbeddedPlaces & {
  readonly version: string;
  readonly onFault: (error: unknown) => void;
  readonly announce: (message: string) => void;
}): Promise<AsyncDisposable & { readonly address: string }> {
  const { startEmbeddedEngine } = await import("./embedded/index.ts");
  const engine = await startEmbeddedEngine({ places, version, onFault, announce });
  return { address: engine.address, [Symbol.asyncDispose]: () => engine.stop() };
}

function connectOptions(options: OpenEngineOptions): ConnectOptions {
  const { platform, userId } = thisMachine();
  return { ...options, platform, ...(userId === undefined ? {} : { userId }), now: () => systemClock.now() };
}
