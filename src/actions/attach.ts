import type { Project } from "../compose/project.ts";
import type { Context } from "../context.ts";
import type { Engine, EventStream, OutputChunk } from "../engine/engine.ts";
import { EngineError, TscomposeError } from "../errors.ts";
import type { Emit, ProgressEvent, StepInfo } from "../events.ts";
import { toContainer } from "../observe/observed.ts";
import type { ObservedContainer } from "../observe/snapshot.ts";
import { type AttachScope, attachScope, type ScopeOptions } from "./attach-scope.ts";
import { type ExitRules, Exits } from "./exits.ts";
import { LogFollower, subscribe } from "./log-follower.ts";
import { copyLog, type LogsContext } from "./logs.ts";
import { isUp } from "../plan/known-state.ts";
import { graceOf } from "../plan/grace.ts";
import { type RestartRules, restartRules } from "../plan/spec/restart-policy.ts";
import { Restarter } from "./restarts/restarter.ts";
import { findContainers, type Replica, shortName } from "./select-containers.ts";
import { fired, stopOrKill } from "./stop-or-kill.ts";
import { UnloggedOutput } from "./unlogged-output.ts";

/** What attached `up` shows, and what ends it. */
export interface AttachOptions extends ScopeOptions, ExitRules {
  readonly timestamps?: boolean;
}

/** What attaching needs of the world beside the usual: a way to show output, and the second Ctrl-C. */
export interface AttachContext extends LogsContext {
  readonly forced: AbortSignal;
  /** Fires when the person leaves, and the containers are to run on. */
  readonly detached?: AbortSignal;
}

/** How things are started and stopped: attaching itself only watches. */
export interface AttachVerbs {
  readonly start: (context: Context) => Promise<void>;
  /** Stops the services that are awaited, dependents first. */
  readonly stop: (context: Context) => Promise<void>;
  /** Hands back to the engine what was done in its place; also after Ctrl-C. */
  readonly leave: (context: Context) => Promise<void>;
}

/** How it ended. */
export type AttachEnd =
  | { readonly kind: "ended"; readonly exitCode: number }
  | { readonly kind: "interrupted" }
  | { readonly kind: "detached" };

/**
 * Starts things and stays with them: hands on what they write until the last awaited container has ended, the signal
 * fires, or an exit asks to stop all. What containers say while they are being stopped is still shown.
 */
export async function attach(
  project: Project,
  options: AttachOptions,
  verbs: AttachVerbs,
  context: AttachContext,
): Promise<AttachEnd> {
  // Logs outlive the first Ctrl-C: they end when their containers do, or with us.
  const streams = new AbortController();
  const unlogged = new UnloggedOutput(project, { ...context, signal: streams.signal });
  const parts = { project, scope: attachScope(project, options), exits: new Exits(options), context, unlogged };
  const enough = AbortSignal.any([context.signal, parts.exits.signal]);
  try {
    await using events = await subscribe({ name: project.name }, { ...context, signal: streams.signal });
    const following = await beginFollowing(parts, options, { events, signal: streams.signal });
    using restarter = following.restarter;
    enough.addEventListener("abort", () => restarter[Symbol.dispose]());
    const engine = unlogged.listeningEngine;
    const started = verbs.start({ ...context, engine, signal: enough, emit: announcing(parts, following) });
    const followed = following.follower.follow(started);
    followed.catch(() => {}); // awaited below, but a start that fails is told first
    const { detached = new AbortController().signal } = context;
    if (await isDone(started, enough)) await Promise.race([followed, fired(enough), fired(detached)]);
    if (detached.aborted && !enough.aborted) return { kind: "detached" };
    if (enough.aborted) await stopAll(parts, verbs);
    await followed;
    return context.signal.aborted ? { kind: "interrupted" } : { kind: "ended", exitCode: parts.exits.result() };
  } finally {
    streams.abort();
    await leave(verbs, context);
  }
}

/** What cannot be handed back is told: why the run ended says more. */
async function leave(verbs: AttachVerbs, context: AttachContext): Promise<void> {
  if (context.forced.aborted) return;
  await verbs.leave({ ...context, signal: context.forced }).catch((error: unknown) => {
    if (!(error instanceof TscomposeError)) throw error;
    const message = `the engine has not been told to restart containers again: ${error.message}`;
    context.emit({ kind: "remark", level: "warning", message });
  });
}

interface Parts {
  readonly project: Project;
  readonly scope: AttachScope;
  readonly exits: Exits;
  readonly context: AttachContext;
  readonly unlogged: UnloggedOutput;
}

async function beginFollowing(
  parts: Parts,
  { timestamps = false }: AttachOptions,
  { events, signal }: { readonly events: EventStream; readonly signal: AbortSignal },
): Promise<Following> {
  const { project, scope, exits, context, unlogged } = parts;
  const subject = { name: project.name, project };
  const emit: Emit = (event) => {
    if (event.kind === "container-exited") {
      if (exits.isExpected(event)) return;
      if (scope.isAwaited(event)) exits.count(event);
    }
    if (event.kind === "remark" || ("service" in event && scope.isShown(event))) context.emit(event);
  };
  const restarter = restarterFor(parts, (container) => follower.giveUp(container));
  const found = (await findContainers(context.engine, subject)).map(toContainer).filter(({ isOneOff }) => !isOneOff);
  const followed = found.filter((container) => scope.isShown(container) || scope.isAwaited(container));
  /** Nothing is to be shown of them before they are started. */
  const silent = new Set(followed.filter((container) => !isUp(container)).map(({ id }) => id));
  const follower: LogFollower = new LogFollower({
    subject,
    options: { follow: true, tail: 0, timestamps },
    context: { ...context, signal, emit },
    events,
    copyLog: async (container, ...rest) => {
      if (!scope.isShown(container) || silent.delete(container.id)) return;
      const heard = await unlogged.take(container.id, { timestamps });
      await (heard === undefined ? copyLog(container, ...rest) : handOn(heard, container, parts));
    },
    isFollowed: (container) =>
      scope.isShown(container) || scope.isAwaited(container) || rulesOf(project, container.service) !== undefined,
    isAwaited: scope.isAwaited,
    restarter,
    hopesForStarts: false,
  });
  await follower.begin(followed);
  return { follower, restarter, found: followed };
}

async function handOn(
  output: AsyncIterable<OutputChunk>,
  container: Replica,
  { project, context }: Parts,
): Promise<void> {
  const source = { container: shortName(container, project.name), service: container.service };
  for await (const chunk of output) await context.write({ ...source, ...chunk });
}

/** Restarts as the file says it, where engines would not do it so. */
function restarterFor({ project, context, unlogged }: Parts, givenUp: (container: Replica) => void): Restarter {
  return new Restarter({
    rulesOf: (name) => rulesOf(project, name),
    graceMsOf: (name) => (graceOf(project.services[name]).graceMs ?? 10_000) + 1000,
    start: (id) => unlogged.listeningEngine.startContainer(id),
    givenUp,
    emit: context.emit,
  });
}

function rulesOf({ services }: Project, name: string): RestartRules | undefined {
  const service = services[name];
  return service === undefined ? undefined : restartRules(service);
}

interface Following {
  readonly restarter: Restarter;
  readonly follower: LogFollower;
  readonly found: readonly ObservedContainer[];
}

/** Reads from the plan whom there will be to attach to, which starts are to come, and which ends are none. */
function announcing({ project, scope, exits, context }: Parts, { follower, found }: Following): Emit {
  const shortNameOf = (name: string, service = ""): string => {
    const number = Number(/[-_](\d+)$/.exec(name)?.[1]);
    return shortName({ name, service, number }, project.name);
  };
  const isStart = ({ operation, service }: StepInfo): boolean =>
    operation === "start-container" && (scope.isShown({ service }) || scope.isAwaited({ service }));
  const announce = (steps: readonly StepInfo[]): void => {
    const names = attachedNames(steps, found)
      .filter(scope.isShown)
      .map(({ name, service }) => ({ container: shortNameOf(name, service), service }));
    for (const each of names) context.emit({ kind: "container-attached", ...each });
    if (names.length === 0) return;
    const message = `Attaching to ${names.map(({ container }) => container).join(", ")}`;
    context.emit({ kind: "remark", level: "info", message });
  };
  return (event) => {
    context.emit(event);
    if (event.kind === "plan-ready") {
      for (const { name } of event.steps.filter(isStart)) follower.expectStart(name);
      for (const { operation, name, service } of event.steps) {
        if (operation === "stop-container") exits.expectStop(shortNameOf(name, service));
      }
      announce(event.steps);
    }
    if (isCalledOff(event) && isStart(event.step)) follower.callOffStart(event.step.name);
  };
}

/** Containers that will run: those that the plan starts, and those that run already and are not removed by it. */
function attachedNames(
  steps: readonly StepInfo[],
  found: readonly ObservedContainer[],
): readonly { name: string; service: string }[] {
  const of = (...operations: readonly string[]): ReadonlyMap<string, string> =>
    new Map(
      steps.filter(({ operation }) => operations.includes(operation)).map(({ name, service = "" }) => [name, service]),
    );
  const removed = of("remove-container");
  const running = found.filter((container) => isUp(container) && !removed.has(container.name));
  const names = new Map([...running.map(({ name, service }) => [name, service] as const), ...of("start-container")]);
  return [...names].map(([name, service]) => ({ name, service })).sort((a, b) => (a.name < b.name ? -1 : 1));
}

function isCalledOff(event: ProgressEvent): event is Extract<ProgressEvent, { readonly step: StepInfo }> {
  if (event.kind === "step-succeeded") return event.isLeftOut === true;
  return event.kind === "step-failed" || event.kind === "step-skipped";
}

/** False when it was broken off because the person, or an exit, asked for the end: its failure is then no news. */
async function isDone(started: Promise<void>, enough: AbortSignal): Promise<boolean> {
  try {
    await started;
    return true;
  } catch (error) {
    if (enough.aborted) return false;
    throw error;
  }
}

/** Stops what was asked for; the second Ctrl-C kills it instead. Dependencies that were not asked for keep running. */
async function stopAll({ project, scope, context }: Parts, { stop }: AttachVerbs): Promise<void> {
  const { engine, emit, forced } = context;
  const message = context.signal.aborted
    ? "Gracefully stopping… press Ctrl+C again to force"
    : "Aborting on container exit…";
  emit({ kind: "remark", level: "info", message });
  const kill = async (): Promise<readonly string[]> => {
    const running = (await findContainers(engine, { name: project.name })).map(toContainer).filter(isUp);
    return (await Promise.all(running.filter(scope.isAwaited).map((each) => killContainer(each, engine)))).flat();
  };
  await stopOrKill({ stop: (told) => stop({ ...context, signal: forced, emit: told }), kill, forced, emit });
}

/** The name of the container, when it still was there to be killed. */
async function killContainer({ id, name }: ObservedContainer, engine: Engine): Promise<readonly string[]> {
  try {
    await engine.killContainer(id);
    return [name];
  } catch (error) {
    if (error instanceof EngineError && ["conflict", "not-found"].includes(error.code)) return [];
    throw error;
  }
}
