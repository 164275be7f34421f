import { mkdir, rm } from "node:fs/promises";
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
export function embeddedPlaces(
  options: Pick<OpenEngineOptions, "environment" | "homeDirectory">,
): Required<EmbeddedPlaces> {
  const { environment } = options;
  const usual = usualPlaces(options);
  const data = environment["TSCOMPOSE_ENGINE_DATA"] || usual.data;
  const run = environment["TSCOMPOSE_ENGINE_RUN"] || usual.run;
  const config = environment["TSCOMPOSE_ENGINE_CONFIG"] || usual.config;
  return { data, run, config, socket: environment["TSCOMPOSE_ENGINE_SOCKET"] || `${run}/engine.sock` };
}

/** An ordinary user's are where such a user's things are (XDG Base Directory Specification). */
function usualPlaces({
  environment,
  homeDirectory: home,
}: Pick<OpenEngineOptions, "environment" | "homeDirectory">): Record<"data" | "run" | "config", string> {
  if (!isOrdinaryUser()) return { data: "/var/lib/tscompose", run: "/run/tscompose", config: "/etc/tscompose" };
  const data = `${environment["XDG_DATA_HOME"] || `${home}/.local/share`}/tscompose`;
  const runtimeFolder = environment["XDG_RUNTIME_DIR"];
  const run = runtimeFolder ? `${runtimeFolder}/tscompose` : `${data}/run`;
  return { data, run, config: `${environment["XDG_CONFIG_HOME"] || `${home}/.config`}/tscompose` };
}

function isOrdinaryUser(): boolean {
  const { platform, userId } = thisMachine();
  return platform === "linux" && userId !== 0;
}

/**
 * As an ordinary user: goes on as a server in namespaces of the user's own, where the engine may do what it has to, and
 * does not return. As root it returns at once.
 */
export async function enterNamespaces(places: Required<EmbeddedPlaces>, idleSeconds?: number): Promise<void> {
  if (!isOrdinaryUser()) return;
  const { enterNamespaces: enter } = await import("./embedded/index.ts");
  await enter(places, ownServer(...serveWords(places, idleSeconds)));
}

/** Removes the folders of the embedded engine, whoever owns what is in them. */
export async function removeEmbedded({ data, run }: Required<EmbeddedPlaces>): Promise<void> {
  const ownRemoval = (): Promise<unknown> =>
    Promise.all([data, run].map((path) => rm(path, { recursive: true, force: true })));
  if (!isOrdinaryUser()) return void (await ownRemoval());
  const { removePlaces } = await import("./embedded/index.ts");
  await removePlaces({ data, run });
}

function serveWords({ data, run, socket, config }: Required<EmbeddedPlaces>, idleSeconds?: number): readonly string[] {
  const places = ["--data", data, "--run", run, "--socket", socket, "--config", config];
  return ["engine", "serve", ...(idleSeconds === undefined ? [] : ["--idle", String(idleSeconds)]), ...places];
}

/** Something that the embedded engine needs and this machine does not have. */
export interface MissingRequirement {
  readonly name: string;
  readonly purpose: string;
  readonly hint: string;
}

/** What this machine lacks for the embedded engine; `undefined` where it never works. */
export async function surveyEmbedded(): Promise<readonly MissingRequirement[] | undefined> {
  if (thisMachine().platform !== "linux") return undefined;
  const { surveyRequirements } = await import("./embedded/index.ts");
  return surveyRequirements({ isRootless: isOrdinaryUser() });
}

/** How long an engine that was started for a command stays when nothing runs. */
const backgroundIdleSeconds = 300;

/** Starts the embedded engine in the background unless it answers. Throws an `EngineError` that says why it cannot. */
export async function startEmbedded(options: OpenEngineOptions): Promise<void> {
  const places = embeddedPlaces(options);
  const { run, socket } = places;
  const { platform } = thisMachine();
  if (platform !== "linux") throw onlyOnLinux(platform);
  if (await answers(socket, options)) return;
  await mkdir(run, { recursive: true, mode: 0o711 });
  const log = `${run}/engine.log`;
  const server = ownServer(...serveWords(places, backgroundIdleSeconds));
  let program = startInBackground(server, log);
  for (let rivals = 0; !(await answers(socket, options)); await delay(betweenLooksMs)) {
    options.signal?.throwIfAborted();
    if (!program.hasEnded()) continue;
    rivals += 1;
    if (rivals > mostRivals || !isOfRival(program.said())) throw failedStart(program.said());
    program = startInBackground(server, log);
  }
}

/** Whether an embedded engine answers in its place, whatever process it is in. */
export async function embeddedAnswers(options: OpenEngineOptions): Promise<boolean> {
  return answers(embeddedPlaces(options).socket, options);
}

const betweenLooksMs = 30;

/** Another engine is about to answer, or to end: each time this one has started in vain it is nearer to that. */
const mostRivals = 20;

function isOfRival(said: string): boolean {
  return said.includes("another embedded engine works on this data");
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

function failedStart(log: string): EngineError {
  const said = log.trim().split("\n").slice(0, 8).join("\n");
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
  if (thisMachine().platform !== "linux") return false;
  if (isOrdinaryUser() && (await surveyEmbedded())?.length !== 0) return false;
  const { isNamed } = await import("./engine/connect.ts");
  return !(await isNamed(connectOptions(options)));
}

function connectOptions(options: OpenEngineOptions): ConnectOptions {
  const { platform, userId } = thisMachine();
  const { socket: embeddedSocket } = embeddedPlaces(options);
  const now = (): number => systemClock.now();
  return { ...options, platform, embeddedSocket, ...(userId === undefined ? {} : { userId }), now };
}
