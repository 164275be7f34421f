import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { lockData } from "./boot/lock.ts";
import { createEngine } from "./engine.ts";
import { listenPrivately } from "./host/listen.ts";
import { pathsOf, type Roots, rootsOf } from "./store/paths.ts";

/** How an engine is started. */
export interface EmbeddedEngineOptions {
  readonly places: Partial<Roots>;
  /** Of tscompose. */
  readonly version: string;
  /** Told of faults of the engine's own, one by one, for its log. */
  readonly onFault: (error: unknown) => void;
  /** Told what it did to the host, or could not do: one sentence each. */
  readonly announce: (message: string) => void;
}

/** An engine that answers. */
export interface EmbeddedEngine {
  /** `unix://` and the path of its socket. */
  readonly address: string;
  /** Stops answering; containers go on, and the next engine takes them over. */
  stop(): Promise<void>;
}

/**
 * Starts an engine of its own in this process: a server of the Docker Engine API on a Unix socket. Throws an
 * `EngineError` when another one works on the same data.
 */
export async function startEmbeddedEngine({
  places,
  version,
  onFault,
  announce,
}: EmbeddedEngineOptions): Promise<EmbeddedEngine> {
  const paths = pathsOf(rootsOf(places));
  await mkdir(paths.data, { recursive: true, mode: 0o711 });
  await mkdir(paths.run, { recursive: true, mode: 0o711 });
  const lock = await lockData(paths);
  const engine = await createEngine({ paths, version, onFault, onRequest: () => () => {}, announce });
  await mkdir(dirname(paths.socket), { recursive: true, mode: 0o711 });
  await listenPrivately(engine.server, paths.socket);
  return {
    address: `unix://${paths.socket}`,
    async stop() {
      const { promise, resolve } = Promise.withResolvers<void>();
      engine.server.close(() => resolve());
      engine.server.closeAllConnections();
      await promise;
      await engine[Symbol.asyncDispose]();
      await lock[Symbol.asyncDispose]();
    },
  };
}
