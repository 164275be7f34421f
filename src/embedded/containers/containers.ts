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
  /** Told when a container's processes are gone and all they wrote is in its log. */
  onExit(listener: (container: ContainerDocument) => void): () => void;
  start(id: string): Promise<void>;
  /** Stops with the container's signal and grace unless told otherwise; `graceSeconds` -1 for no end. */
  stop(id: string, options?: { readonly signal?: string; readonly graceSeconds?: number }): Promise<void>;
  /** Publishes an event of a container with its name, image and labels as attributes. */
  publish(container: ContainerDocument, action: string, attributes?: Readonly<Record<string, string>>): void;
}

/**
 * Carries what a container writes and reads. Made by the room of logs and attach, called by the start pipeline: the
 * pipes `out`, `err` and, with an open standard input, `in` are in the container's run folder.
 */
export interface ContainerStreams {
  /**
   * The pipes exist and nothing has been written yet, or the run was adopted and more may be written. Opens `out` and
   * `err` for reading without blocking before it returns: the container starts only after that. Everything read is
   * logged synchronously: what has left the pipe must not be lost with the engine.
   */
  open(container: ContainerDocument): void;
  /**
   * The container's processes are gone, the pipes are still held open: reads what is left until the pipes are empty,
   * then ends attached clients. Called once per run, also for one that could not be started.
   */
  close(containerId: string): Promise<void>;
  /** The container is removed: forgets it. */
  forget(containerId: string): void;
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
