import { mkdir, rm, writeFile } from "node:fs/promises";
import type { Server, Socket } from "node:net";
import { dirname, join } from "node:path";
import { EngineError } from "../errors.ts";
import { watchIdleness } from "./boot/idle-watch.ts";
import { lockData } from "./boot/lock.ts";
import type { Builder } from "./build/build.ts";
import { createEngine } from "./engine.ts";
import { becomeRootOfNamespaces, type Continuation, enteredNamespaces, removeAsNamespaceRoot } from "./host/keeper.ts";
import { type MissingPiece, missingPieces } from "./host/requirements.ts";
import { listenPrivately } from "./host/listen.ts";
import { ownPid } from "./host/processes.ts";
import { pathsOf, type Roots, rootsOf } from "./store/paths.ts";

/** How an engine is started. */
export interface EmbeddedEngineOptions {
  readonly places: Partial<Roots>;
  /** Of tscompose. */
  readonly version: string;
  /** How long without a request, and with nothing that runs, makes it idle; absent for never. */
  readonly idleMs?: number;
  /** Told of faults of the engine's own, one by one, for its log. */
  readonly onFault: (error: unknown) => void;
  /** Told what it did to the host, or could not do: one sentence each. */
  readonly announce: (message: string) => void;
}

/** An engine that answers. */
export interface EmbeddedEngine {
  /** `unix://` and the path of its socket. */
  readonly address: string;
  /** Builds images for who is in this process: no context has to be packed, no secret sent. */
  readonly builder: Builder;
  /** Resolves when it is idle. */
  readonly idle: Promise<void>;
  /** Stops answering; containers go on, and the next engine takes them over. */
  stop(): Promise<void>;
}

/**
 * Starts an engine of its own in this process: a server of the Docker Engine API on a Unix socket. Throws an
 * `EngineError` when another one works on the same data.
 */
export async function startEmbeddedEngine(options: EmbeddedEngineOptions): Promise<EmbeddedEngine> {
  const { places, version, idleMs, onFault, announce } = options;
  const paths = pathsOf(rootsOf(places));
  const rootless = enteredNamespaces(paths);
  refuseIncomplete(missingPieces({ isRootless: rootless !== undefined }));
  await mkdir(paths.data, { recursive: true, mode: 0o711 });
  await mkdir(paths.run, { recursive: true, mode: 0o711 });
  await using undo = new AsyncDisposableStack();
  undo.use(await lockData(paths));
  const pidFile = join(paths.run, "engine.pid");
  await writeFile(pidFile, `${ownPid}\n`, { mode: 0o600 });
  undo.defer(() => rm(pidFile, { force: true }));
  let isBusy = (): boolean => true;
  const watch = undo.use(watchIdleness(idleMs, () => isBusy()));
  const engine = undo.use(
    await createEngine({ paths, version, rootless, onFault, onRequest: () => watch.begin(), announce }),
  );
  isBusy = () => engine.isBusy();
  const hangUp = connectionsOf(engine.server);
  await mkdir(dirname(paths.socket), { recursive: true, mode: 0o711 });
  await listenPrivately(engine.server, paths.socket);
  for (const shortcoming of rootless?.shortcomings ?? []) announce(`rootless: ${shortcoming}`);
  const parts = undo.move();
  return {
    address: `unix://${paths.socket}`,
    builder: engine.builder,
    idle: watch.idle,
    async stop() {
      const { promise, resolve } = Promise.withResolvers<void>();
      engine.server.close(() => resolve());
      hangUp();
      await promise;
      const isNeeded = engine.isBusy();
      await parts.disposeAsync();
      if (!isNeeded) rootless?.release();
    },
  };
}

/** What this machine lacks for the embedded engine of root, or of an ordinary user; it works where this is empty. */
export function surveyRequirements(options: { readonly isRootless: boolean }): readonly MissingPiece[] {
  return missingPieces(options);
}

/**
 * For an ordinary user: goes on as another program in namespaces of the user's own, where the engine may do what it has
 * to. Does not return. Throws an `EngineError` with what is missing.
 */
export async function enterNamespaces(places: Pick<Roots, "data" | "run">, continuation: Continuation): Promise<never> {
  refuseIncomplete(missingPieces({ isRootless: true }));
  try {
    return await becomeRootOfNamespaces(places, continuation);
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    const message = `an ordinary user gets no namespaces of its own here: ${said}`;
    throw new EngineError({ code: "unavailable", doing, message, hint: "run it with sudo", cause });
  }
}

/** Removes what an engine of an ordinary user has left: its files have owners of the namespace. */
export const removePlaces: (places: Pick<Roots, "data" | "run">) => Promise<void> = removeAsNamespaceRoot;

const doing = "starting the embedded engine";

function refuseIncomplete(missing: readonly MissingPiece[]): void {
  if (missing.length === 0) return;
  const names = missing.map(({ name, purpose }) => `${name} (${purpose})`).join(", ");
  const hint = [...new Set(missing.map(({ hint }) => hint))].join("\n");
  throw new EngineError({ code: "unavailable", doing, message: `the embedded engine lacks ${names}`, hint });
}

/** Ends all connections of a server when called, also those that have become raw streams. */
function connectionsOf(server: Server): () => void {
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  return () => {
    for (const socket of sockets) socket.destroy();
  };
}
