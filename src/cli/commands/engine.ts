import { readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { TscomposeError, UsageError } from "../../errors.ts";
import type { Engine } from "../../engine/engine.ts";
import type { EmbeddedPlaces, OpenEngineOptions } from "../../open-engine.ts";
import { askToEnd, mountsBelow, runsAs } from "../../system/background.ts";
import type { Call, CommandModule } from "../command.ts";
import { confirm } from "../confirm.ts";
import { exitCode } from "../exit-code.ts";
import { collect, integer } from "../go-flags.ts";
import type { Session } from "../session.ts";
import type { EngineImageFlags } from "./engine-image.ts";
import { version } from "../version.ts";

interface EngineFlags extends EngineImageFlags {
  readonly data?: string;
  readonly run?: string;
  readonly socket?: string;
  readonly config?: string;
  readonly idle?: number;
}

type Verb = (call: Call<EngineFlags>) => Promise<number>;

/** `engine`: the embedded engine by hand. */
export const engine: CommandModule<EngineFlags> = {
  declare(command) {
    command
      .argument("<verb>", "start, stop, status, serve (in the foreground), reset (remove all it has) or image")
      .argument("[args...]", "image: ls, pull, push, rm, prune, load, save or import, and names")
      .option("--data <path>", "where it keeps images, volumes and containers (default of root: /var/lib/tscompose)")
      .option("--run <path>", "where it keeps what does not outlive a reboot (default of root: /run/tscompose)")
      .option("--socket <path>", "socket of its API (default: engine.sock in the run folder)")
      .option("--config <path>", "folder with engine.json and certs.d for registries (default of root: /etc/tscompose)")
      .option("--idle <seconds>", "serve: stop after so long with nothing to do and nothing that runs", integer)
      .option("-f, --force", "reset, image prune: do not ask; image rm: also what has several names")
      .option("-a, --all", "image prune: also those with a name")
      .option("-q, --quiet", "image pull, push, load: no progress; image ls: only ids")
      .option("--format <format>", "image ls: table or json")
      .option("--platform <platform>", "image pull, import: os/arch[/variant]")
      .option("-i, --input <file>", "image load: the archive, instead of standard input")
      .option("-o, --output <file>", "image save: the archive, instead of standard output")
      .option("-c, --change <instruction>", "image import: of a Dockerfile; may be repeated", collect)
      .option("-m, --message <text>", "image import: for the history");
  },
  run(call) {
    const [name = ""] = call.args;
    const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined;
    if (verb === undefined) throw new UsageError(`engine: "${name}" is none of ${Object.keys(verbs).join(", ")}`);
    if (verb !== image && call.args.length > 1) {
      throw new UsageError(`engine ${name}: too many arguments: ${call.args.slice(1).join(" ")}`);
    }
    return verb(call);
  },
};

const verbs: Readonly<Record<string, Verb>> = { start, stop, status, serve, reset, image };

/** `engine image …`, on the engine of these places: it is started when it does not run. */
async function image({ args: [, ...args], flags, session }: Call<EngineFlags>): Promise<number> {
  const { engineImage } = await import("./engine-image.ts");
  const open = async (): Promise<Engine> => {
    const { openEngine, startEmbedded } = await import("../../open-engine.ts");
    const places = await placesOf(session, flags);
    const options = openOptions(session, places);
    await startEmbedded(options);
    return (await openEngine({ ...options, engine: `unix://${places.socket}` })).engine;
  };
  return engineImage(args, { flags, session, open });
}

/** Serves in the foreground until it is interrupted or has nothing to do. */
async function serve({ flags, session }: Call<EngineFlags>): Promise<number> {
  const { enterNamespaces, serveEmbeddedEngine } = await import("../../open-engine.ts");
  const { io, signal } = session;
  const { idle, ...places } = flags;
  await enterNamespaces(await placesOf(session, flags), idle);
  const onFault = (error: unknown): void => {
    io.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  };
  const announce = (message: string): void => io.stderr.write(`${message}\n`);
  const idleMs = idle === undefined ? {} : { idleMs: idle * 1000 };
  await using served = await serveEmbeddedEngine({ ...places, ...idleMs, version, onFault, announce });
  session.print(`engine listens on ${served.address}`);
  const { promise, resolve } = Promise.withResolvers<void>();
  signal.addEventListener("abort", () => resolve());
  await Promise.race([promise, served.idle]);
  return exitCode.success;
}

async function start({ flags, session }: Call<EngineFlags>): Promise<number> {
  const { startEmbedded } = await import("../../open-engine.ts");
  const places = await placesOf(session, flags);
  await startEmbedded(openOptions(session, places));
  session.print(`engine listens on unix://${places.socket}`);
  return exitCode.success;
}

async function stop({ flags, session }: Call<EngineFlags>): Promise<number> {
  const places = await placesOf(session, flags);
  const pid = await enginePid(places);
  if (pid === undefined) await expectNoForeign(session, places);
  session.print(pid === undefined ? "the embedded engine does not run" : "stopped; its containers go on");
  if (pid !== undefined) await end(pid, session.signal);
  return exitCode.success;
}

async function status({ flags, session }: Call<EngineFlags>): Promise<number> {
  const places = await placesOf(session, flags);
  const pid = await enginePid(places);
  const { embeddedAnswers } = await import("../../open-engine.ts");
  const isForeign = pid === undefined && (await embeddedAnswers(openOptions(session, places)));
  const foreign = isForeign ? "running, in another program" : "stopped";
  const facts = [
    ["state", pid === undefined ? foreign : `running, process ${pid}`],
    ["address", `unix://${places.socket}`],
    ["data", places.data],
    ["run", places.run],
  ];
  session.print(facts.map(([name = "", value]) => `${name.padEnd(8)} ${value}`).join("\n"));
  return pid === undefined && !isForeign ? exitCode.failure : exitCode.success;
}

/** Removes all containers, then everything the engine keeps. */
async function reset({ flags, session }: Call<EngineFlags>): Promise<number> {
  const { openEngine, removeEmbedded, startEmbedded } = await import("../../open-engine.ts");
  const places = await placesOf(session, flags);
  const question = `Remove all containers, images, volumes and networks of the embedded engine in ${places.data}?`;
  if (flags.force !== true && !(await confirm(question, session.io))) return exitCode.failure;
  const options = openOptions(session, places);
  await startEmbedded(options);
  if ((await enginePid(places)) === undefined) await expectNoForeign(session, places);
  {
    await using opened = (await openEngine({ ...options, engine: `unix://${places.socket}` })).engine;
    for (const { Id } of await opened.listContainers({ all: true, filters: {} })) {
      await opened.removeContainer(Id, { force: true, withVolumes: true });
    }
  }
  const pid = await enginePid(places);
  if (pid !== undefined) await end(pid, session.signal);
  expectNoMounts([places.data, places.run]);
  await removeEmbedded(places);
  session.print(`removed ${places.data} and ${places.run}`);
  return exitCode.success;
}

async function placesOf(
  { io }: Session,
  { data, run, socket, config }: EngineFlags,
): Promise<Required<EmbeddedPlaces>> {
  const { embeddedPlaces } = await import("../../open-engine.ts");
  const usual = embeddedPlaces(io);
  const usualSocket = run === undefined ? usual.socket : `${run}/engine.sock`;
  return {
    data: data ?? usual.data,
    run: run ?? usual.run,
    socket: socket ?? usualSocket,
    config: config ?? usual.config,
  };
}

function openOptions({ io, signal }: Session, places: Required<EmbeddedPlaces>): OpenEngineOptions {
  const { data, run, socket, config } = places;
  const { environment, homeDirectory } = io;
  return {
    environment: {
      ...environment,
      TSCOMPOSE_ENGINE_DATA: data,
      TSCOMPOSE_ENGINE_RUN: run,
      TSCOMPOSE_ENGINE_SOCKET: socket,
      TSCOMPOSE_ENGINE_CONFIG: config,
    },
    homeDirectory,
    signal,
  };
}

/** Of the engine that works in these places; `undefined` when it does not run. */
async function enginePid({ run }: Required<EmbeddedPlaces>): Promise<number | undefined> {
  const text = await readFile(`${run}/engine.pid`, "utf8").catch(() => "");
  const pid = Number.parseInt(text, 10);
  return pid > 0 && isEngine(pid) ? pid : undefined;
}

async function end(pid: number, signal: AbortSignal): Promise<void> {
  if (!askToEnd(pid)) return;
  while (isEngine(pid)) await delay(20, undefined, { signal });
}

function isEngine(pid: number): boolean {
  return runsAs(pid, ["engine", "serve"]);
}

/** An engine that a program serves in its own process ends with that program: it is not ours to stop. */
async function expectNoForeign(session: Session, places: Required<EmbeddedPlaces>): Promise<void> {
  const { embeddedAnswers } = await import("../../open-engine.ts");
  if (!(await embeddedAnswers(openOptions(session, places)))) return;
  const pid = (await readFile(`${places.run}/engine.pid`, "utf8").catch(() => "")).trim();
  throw new TscomposeError({
    code: "conflict",
    message: `another program serves the embedded engine in ${places.data}: nothing is stopped or removed`,
    hint: pid === "" ? "end that program first" : `end that program first; see what it is with: ps -fp ${pid}`,
  });
}

/** What is mounted is not the engine's: removing the folder would reach into it. */
function expectNoMounts(folders: readonly string[]): void {
  const [mount] = folders.flatMap(mountsBelow);
  if (mount === undefined) return;
  throw new TscomposeError({
    code: "conflict",
    message: `something is still mounted at ${mount}: nothing is removed`,
    hint: `see what it is with: findmnt ${mount}; then: umount ${mount}`,
  });
}
