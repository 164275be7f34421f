import type { Context } from "../context.ts";
import type { ContainerStateBody } from "../docker-api/container.ts";
import type { EngineEventBody } from "../docker-api/event.ts";
import type { EventStream } from "../engine/engine.ts";
import { label } from "../observe/labels.ts";
import type { CopyOptions, LogsContext, LogsOptions } from "./logs.ts";
import { type Replica, shortName, type Subject } from "./select-containers.ts";
import { TimedLines } from "./timed-lines.ts";

/** Subscribes to what makes the replicas of a project come and go. */
export function subscribe({ name }: Subject, { engine, signal }: Context): Promise<EventStream> {
  const filters = {
    type: ["container"],
    event: ["create", "start", "kill", "die", "destroy"],
    label: [`${label.project}=${name.toLowerCase()}`, `${label.oneOff}=False`],
  };
  return engine.events({ filters, signal });
}

/** Hears of starts and ends, and says which end is none. Times are the engine's, in milliseconds. */
export interface Restarts {
  started(container: Replica, atMs: number): void;
  signalled(container: Replica, atMs: number): void;
  /** True: it will be started again. */
  ended(container: Replica, end: { readonly exitCode: number; readonly atMs: number }): boolean;
  removed(container: Replica): void;
}

/** What following needs: whose logs, how to copy one, and the events that tell when. */
export interface FollowRequest {
  readonly subject: Subject;
  readonly options: LogsOptions;
  readonly context: LogsContext;
  readonly events: EventStream;
  readonly copyLog: (container: Replica, subject: Subject, options: CopyOptions, context: LogsContext) => Promise<void>;
  readonly isFollowed: (container: Replica) => boolean;
  /** Whether following goes on for the sake of a container; absent: of all. */
  readonly isAwaited?: (container: Replica) => boolean;
  /** Starts containers again that have ended. */
  readonly restarter?: Restarts;
  /** True: it also goes on for the sake of containers that do not run, but could be started. */
  readonly hopesForStarts: boolean;
}

/**
 * Follows containers through stops, restarts and replacement:
 *
 *     create --> known --start--> copying --die--> told that it exited --destroy--> forgotten
 *                                    ^                    | start
 *                                    `--------------------'
 *
 * Runs of one container are copied one after the other; containers do not wait for each other. It ends when no container
 * is left that could write any more.
 */
export class LogFollower {
  readonly #request: FollowRequest;
  /** Containers that may still write. */
  readonly #live = new Set<string>();
  /** What is still to be done for a container, in order. */
  readonly #work = new Map<string, Promise<void>>();
  /** State at the time when the run that is copied last was noticed. */
  readonly #runs = new Map<string, ContainerStateBody>();

  /** When the last run of each container ended, in milliseconds since 1970, as an event told. */
  readonly #ends = new Map<string, number>();
  /** What was handed on of each container. */
  readonly #timed = new Map<string, TimedLines>();

  constructor(request: FollowRequest) {
    this.#request = request;
  }

  /** Copies what the containers found have written, and will write in the run they are in. */
  async begin(containers: readonly Replica[]): Promise<void> {
    await Promise.all(containers.map((container) => this.#begin(container)));
  }

  /** A start that is certain to come, or to be called off: following goes on until then. */
  expectStart(name: string): void {
    this.#live.add(startOf(name));
  }

  callOffStart(name: string): void {
    this.#letGo(startOf(name));
  }

  /** A container that was to be started again will not be. */
  giveUp({ id }: Replica): void {
    this.#letGo(id);
  }

  /** Goes on until no container is left that could write any more, and not before `something` is over. */
  async follow(something?: Promise<unknown>): Promise<void> {
    if (something !== undefined) {
      this.#live.add("something");
      const letGo = (): void => this.#letGo("something");
      something.then(letGo, letGo);
    }
    if (this.#live.size > 0) await this.#react();
    await Promise.all(this.#work.values());
  }

  /** Ends the events, and with them the following, when this was the last thing to wait for. */
  #letGo(awaited: string): void {
    this.#live.delete(awaited);
    if (this.#live.size === 0) void this.#request.events[Symbol.asyncDispose]();
  }

  async #begin(container: Replica): Promise<void> {
    const { options, context, hopesForStarts } = this.#request;
    const state = (await context.engine.inspectContainer(container.id))?.State;
    if (state === undefined) return;
    if (hopesForStarts || state.Running || state.Restarting) this.#await(container);
    this.#runs.set(container.id, state);
    this.#copy(container, options);
  }

  #await(container: Replica): void {
    if (this.#request.isAwaited?.(container) ?? true) this.#live.add(container.id);
  }

  async #react(): Promise<void> {
    const { restarter } = this.#request;
    for await (const event of this.#request.events) {
      const container = containerOf(event);
      if (!this.#request.isFollowed(container)) continue;
      if (event.Action === "create") this.#created(container, event);
      if (event.Action === "kill") restarter?.signalled(container, timeOf(event));
      if (event.Action === "destroy") restarter?.removed(container);
      if (event.Action === "start") await this.#started(container, event);
      if (event.Action === "die") await this.#died(container, event);
      if (event.Action === "destroy") this.#live.delete(container.id);
      if (this.#live.size === 0) return;
    }
  }

  #created(container: Replica, { Actor }: EngineEventBody): void {
    if (this.#request.hopesForStarts) this.#await(container);
    const replaced = Actor.Attributes[label.replace];
    if (replaced === undefined) return;
    this.#request.context.emit({ kind: "container-recreated", container: replaced, service: container.service });
  }

  async #started(container: Replica, event: EngineEventBody): Promise<void> {
    const { options, context, restarter } = this.#request;
    restarter?.started(container, timeOf(event));
    const state = (await context.engine.inspectContainer(container.id))?.State;
    const before = this.#runs.get(container.id);
    this.#await(container); // whether it still runs or not: its end is yet to be told
    this.#live.delete(startOf(container.name));
    if (state === undefined || before?.StartedAt === state.StartedAt) return;
    const { tail: _, since: __, ...rest } = options;
    // Of a later run everything is wanted, and nothing of the runs before.
    // The state's own end is of no use: engines note that of a short run before its start.
    const ends = [Date.parse(before?.FinishedAt ?? ""), this.#ends.get(container.id) ?? 0];
    const since = betweenRuns(ends, startOfRun(event, state));
    const later = before === undefined ? rest : { ...rest, since };
    this.#runs.set(container.id, state);
    this.#copy(container, later);
  }

  async #died(container: Replica, event: EngineEventBody): Promise<void> {
    const { subject, context, restarter } = this.#request;
    this.#ends.set(container.id, timeOf(event));
    const state = (await context.engine.inspectContainer(container.id))?.State;
    // A manual restart leaves the state at "running": https://github.com/moby/moby/issues/45538
    const exitCode = Number(event.Actor.Attributes["exitCode"] ?? 0);
    const isRestarted = state?.Restarting === true || state?.Running === true;
    const isRestarting = isRestarted || restarter?.ended(container, { exitCode, atMs: timeOf(event) }) === true;
    if (!isRestarting) this.#live.delete(container.id);
    const source = { container: shortName(container, subject.name), service: container.service };
    this.#enqueue(container.id, () => context.emit({ kind: "container-exited", ...source, exitCode, isRestarting }));
  }

  #copy(container: Replica, options: LogsOptions): void {
    const { subject, context, copyLog } = this.#request;
    const timed = this.#timed.get(container.id) ?? new TimedLines({ keepsTime: options.timestamps === true });
    this.#timed.set(container.id, timed);
    this.#enqueue(container.id, () => {
      // What was handed on last is known for certain; the ends and starts that engines note are guesses beside it.
      const since = timed.latest === undefined ? {} : { since: timed.latest };
      return copyLog(container, subject, { ...options, ...since, timed }, context);
    });
  }

  #enqueue(id: string, step: () => Promise<void> | void): void {
    const work = (this.#work.get(id) ?? Promise.resolve()).then(step);
    this.#work.set(id, work);
    // Whoever waits for events hears of the failure when the events end.
    work.catch(() => this.#request.events[Symbol.asyncDispose]());
  }
}

function startOf(name: string): string {
  return `start of ${name}`;
}

function containerOf({ Actor: { ID, Attributes } }: EngineEventBody): Replica {
  const number = Number(Attributes[label.containerNumber]);
  return {
    id: ID,
    name: Attributes["name"] ?? ID,
    service: Attributes[label.service] ?? "",
    ...(Number.isInteger(number) ? { number } : {}),
  };
}

/** By the time a start is looked at, the container may be in a run after that one. */
function startOfRun(event: EngineEventBody, { StartedAt }: ContainerStateBody): number {
  return Math.min(Date.parse(StartedAt), timeOf(event));
}

function timeOf({ timeNano }: EngineEventBody): number {
  return timeNano / 1_000_000;
}

/** Engines note the end of a run a little early and the start of the next a little late: the middle is in neither. */
function betweenRuns(endsMs: readonly number[], startMs: number): string {
  const before = endsMs.filter((endMs) => endMs > 0 && endMs < startMs);
  return new Date(before.length === 0 ? startMs : (Math.max(...before) + startMs) / 2).toISOString();
}
