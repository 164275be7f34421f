import type { ContainerDocument } from "./container.ts";

/** The engine's containers, as its other rooms see them. */
export interface Containers {
  /** By name, full id or unambiguous beginning of an id. Throws 404 for none, 400 for several. */
  get(reference: string): ContainerDocument;
  /** The same for who can do without. */
  find(reference: string): ContainerDocument | undefined;
  all(): readonly ContainerDocument[];
  /** Told of every start that succeeded, and of every run that is taken over when the engine comes back. */
  onStart(listener: (container: ContainerDocument) => void): () => void;
  start(id: string): Promise<void>;
  /** Stops with the container's signal and grace unless told otherwise; `graceSeconds` -1 for no end. */
  stop(id: string, options?: { readonly signal?: string; readonly graceSeconds?: number }): Promise<void>;
  /** Publishes an event of a container with its name, image and labels as attributes. */
  publish(container: ContainerDocument, action: string, attributes?: Readonly<Record<string, string>>): void;
}

/**
 * Carries what a container writes. Made by the room of logs and attach, called by the start pipeline: spoolers of its
 * monitor keep what comes out of its pipes in files, which are read while they grow.
 */
export interface ContainerStreams {
  /** A run is about to begin. The spoolers' folder is there and empty when it returns. */
  begin(container: ContainerDocument): void;
  /** A run, or what is left of one, is taken over: goes on behind the last byte that is in the log. */
  adopt(container: ContainerDocument): void;
  /** The container's processes and its spoolers are gone: reads what is left, then ends attached clients. */
  close(containerId: string): Promise<void>;
}

/** Decides what comes after an exit. Made by the room of restart policies. */
export interface Restarts {
  /**
   * Milliseconds until the container is to be started again; `undefined` when it stays as it is. Asked once per exit,
   * with the document as it is after it; not asked for a container that was stopped by hand.
   */
  delayAfter(container: ContainerDocument): number | undefined;
  /** Whether it is to be started when the engine finds it not running: after a reboot. */
  isWantedAtBoot(container: ContainerDocument): boolean;
}
