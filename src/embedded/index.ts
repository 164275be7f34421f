import { mkdir, rm, writeFile } from "node:fs/promises";
import type { Server, Socket } from "node:net";
import { dirname, join } from "node:path";
import { EngineError } from "../errors.ts";
import { watchIdleness } from "./boot/idle-watch.ts";
import { lockData } from "./boot/lock.ts";
import type { Builder } from "./build/build.ts";
import { createEngine } from "./engine.ts";
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
  refuseIncomplete(missingPieces());
  const paths = pathsOf(rootsOf(places));
  await mkdir(paths.data, { recursive: true, mode: 0o711 });
  await mkdir(paths.run, { recursive: true, mode: 0o711 });
  await using undo = new AsyncDisposableStack();
  undo.use(await lockData(paths));
  const pidFile = join(paths.run, "engine.pid");
  await writeFile(pidFile, `${ownPid}\n`, { mode: 0o600 });
  undo.defer(() => rm(pidFile, { force: true }));
  let isBusy = (): boolean => true;
  const watch = undo.use(watchIdleness(idleMs, () => isBusy()));
  const engine = undo.use(await createEngine({ paths, version, onFault, onRequest: () => watch.begin(), announce }));
  isBusy = () => engine.isBusy();
  const hangUp = connectionsOf(engine.server);
  await mkdir(dirname(paths.socket), { recursive: true, mode: 0o711 });
  await listenPrivately(engine.server, paths.socket);
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
      await parts.disposeAsync();
    },
  };
}

/** What this machine lacks for the embedded engine; it works where this is empty. */
export function surveyRequirements(): readonly MissingPiece[] {
  return missingPieces();
}

function refuseIncomplete(missing: readonly MissingPiece[]): void {
  if (missing.length === 0) return;
  const names = missing.map(({ name, purpose }) => `${name} (${purpose})`).join(", ");
  const hint = [...new Set(missing.map(({ hint }) => hint))].join("\n");
  const doing = "starting the embedded engine";
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
