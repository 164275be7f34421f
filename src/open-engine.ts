import { mkdir, readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import type { Choice, ConnectOptions, Survey } from "./engine/connect.ts";
import type { Engine } from "./engine/engine.ts";
import { EngineError } from "./errors.ts";
import { ownServer, startInBackground } from "./system/background.ts";
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

/**
 * Chooses an engine and connects to it: flag, variables, Docker context, then the first socket that answers. On Linux,
 * where nothing answers, the embedded engine is started; `embedded` as the flag or variable names it.
 */
export async function openEngine(options: OpenEngineOptions): Promise<OpenedEngine> {
  const { connect } = await import("./engine/connect.ts");
  if (namesEmbedded(options)) await startEmbedded(options);
  try {
    return await connect(connectOptions(options));
  } catch (error) {
    if (!(await isUpToUs(error, options))) throw error;
    await startEmbedded(options);
    return connect(connectOptions(options));
  }
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
  /** Folder with `engine.json` and `certs.d`: which registries are mirrors, may do without TLS, are to be believed. */
  readonly config?: string;
}

/** How the embedded engine is served in this process. */
export interface ServeOptions extends EmbeddedPlaces {
  readonly version: string;
  /** Stops when there was nothing to do for so long and nothing runs; absent for never. */
  readonly idleMs?: number;
  readonly onFault: (error: unknown) => void;
  readonly announce: (message: string) => void;
}

/** An engine that is served by this process. */
export interface ServedEngine extends AsyncDisposable {
  readonly address: string;
  /** Resolves when it has stopped because nobody needed it. */
  readonly idle: Promise<void>;
}

/** Serves the embedded engine in this process until it is disposed of; its containers go on without it. */
export async function serveEmbeddedEngine(options: ServeOptions): Promise<ServedEngine> {
  const { version, idleMs, onFault, announce, ...places } = options;
  const { startEmbeddedEngine } = await import("./embedded/index.ts");
  const engine = await startEmbeddedEngine({
    places,
    version,
    onFault,
    announce,
    ...(idleMs === undefined ? {} : { idleMs }),
  });
  return { address: engine.address, idle: engine.idle, [Symbol.asyncDispose]: () => engine.stop() };
}

/** Where the embedded engine of this user is: `TSCOMPOSE_ENGINE_DATA`, `_RUN`, `_SOCKET` and `_CONFIG` move it. */
export function embeddedPlaces({ environment }: Pick<OpenEngineOptions, "environment">): Required<EmbeddedPlaces> {
  const data = environment["TSCOMPOSE_ENGINE_DATA"] || "/var/lib/tscompose";
  const run = environment["TSCOMPOSE_ENGINE_RUN"] || "/run/tscompose";
  const config = environment["TSCOMPOSE_ENGINE_CONFIG"] || "/etc/tscompose";
  return { data, run, config, socket: environment["TSCOMPOSE_ENGINE_SOCKET"] || `${run}/engine.sock` };
}

/** Something that the embedded engine needs and this machine does not have. */
export interface MissingRequirement {
  readonly name: string;
  readonly purpose: string;
  readonly hint: string;
}

/** What this machine lacks for the embedded engine; `undefined` where it never works. */
export async function surveyEmbedded(): Promise<readonly MissingRequirement[] | undefined> {
  const { platform, userId } = thisMachine();
  if (platform !== "linux") return undefined;
  const { surveyRequirements } = await import("./embedded/index.ts");
  const root = { name: "root", purpose: "makes namespaces and mounts", hint: "run tscompose with sudo" };
  return [...(userId === 0 ? [] : [root]), ...surveyRequirements()];
}

/** How long an engine that was started for a command stays when nothing runs. */
const backgroundIdleSeconds = 300;

/** Starts the embedded engine in the background unless it answers. Throws an `EngineError` that says why it cannot. */
export async function startEmbedded(options: OpenEngineOptions): Promise<void> {
  const { data, run, socket, config } = embeddedPlaces(options);
  const { userId, platform } = thisMachine();
  if (platform !== "linux") throw onlyOnLinux(platform);
  if (await answers(socket, options)) return;
  if (userId !== 0) {
    const hint = "run it with sudo, or start another engine: sudo systemctl start docker";
    throw new EngineError({ code: "unavailable", doing, message: "the embedded engine needs to be root", hint });
  }
  await mkdir(run, { recursive: true, mode: 0o711 });
  const log = `${run}/engine.log`;
  const places = ["--data", data, "--run", run, "--socket", socket, "--config", config];
  const serve = ["engine", "serve", "--idle", String(backgroundIdleSeconds), ...places];
  const program = startInBackground(ownServer(...serve), log);
  while (!(await answers(socket, options))) {
    options.signal?.throwIfAborted();
    if (program.hasEnded()) throw await failedStart(log);
    await delay(30);
  }
}

const doing = "starting the embedded engine";

/** Why the embedded engine does not start on another system than Linux, and what there is instead. */
export function onlyOnLinux(platform: NodeJS.Platform): EngineError {
  const message = `the embedded engine works on Linux only, this is ${platform}`;
  const hint = "start Docker Desktop, or name an engine elsewhere: --engine ssh://user@host";
  return new EngineError({ code: "unavailable", doing, message, hint });
}

async function answers(socket: string, options: OpenEngineOptions): Promise<boolean> {
  const { connect } = await import("./engine/connect.ts");
  try {
    const { engine } = await connect({ ...connectOptions(options), engine: `unix://${socket}` });
    await engine[Symbol.asyncDispose]();
    return true;
  } catch (error) {
    if (error instanceof EngineError && error.code === "unavailable") return false;
    throw error;
  }
}

async function failedStart(log: string): Promise<EngineError> {
  const said = (await readFile(log, "utf8").catch(() => "")).trim().split("\n").slice(0, 8).join("\n");
  const hint = "tscompose doctor tells what is missing";
  return new EngineError({ code: "unavailable", doing, message: `the embedded engine does not start: ${said}`, hint });
}

/** Whether the flag or the variable asks for the embedded engine by its name. */
export function namesEmbedded({ engine, environment }: Pick<OpenEngineOptions, "engine" | "environment">): boolean {
  return (engine || environment["TSCOMPOSE_ENGINE"]) === "embedded";
}

/** Nothing answers, nothing was named, and this is a place where the embedded engine works. */
async function isUpToUs(error: unknown, options: OpenEngineOptions): Promise<boolean> {
  if (!(error instanceof EngineError) || error.code !== "unavailable") return false;
  const { platform, userId } = thisMachine();
  if (platform !== "linux" || userId !== 0) return false;
  const { findCandidates } = await import("./engine/candidates.ts");
  return !(await findCandidates(connectOptions(options))).isExplicit;
}

function connectOptions(options: OpenEngineOptions): ConnectOptions {
  const { platform, userId } = thisMachine();
  const { socket: embeddedSocket } = embeddedPlaces(options);
  const now = (): number => systemClock.now();
  return { ...options, platform, embeddedSocket, ...(userId === undefined ? {} : { userId }), now };
}
