import type { Context } from "../context.ts";
import type { OutputChunk } from "../engine/engine.ts";
import { EngineError } from "../errors.ts";
import { toContainer } from "../observe/observed.ts";
import { LogFollower, subscribe } from "./log-follower.ts";
import { MergedLines } from "./merged-lines.ts";
import { missedLines } from "./missed-lines.ts";
import { findContainers, findReplica, isShown, type Replica, shortName, type Subject } from "./select-containers.ts";
import type { TimedLines } from "./timed-lines.ts";
import { wholeLines } from "./whole-lines.ts";

/** Which output to show. */
export interface LogsOptions {
  /** Empty: all. */
  readonly services?: readonly string[];
  /** Number of the one replica that is meant. */
  readonly index?: number;
  /** Goes on with what is written from now on, also by containers that are still to come. */
  readonly follow?: boolean;
  /** Lines from the end of each container; absent: all. */
  readonly tail?: number;
  readonly since?: string;
  readonly until?: string;
  readonly timestamps?: boolean;
  /** All lines in the order of their times, whoever wrote them: handed on when the last has been read. */
  readonly merge?: boolean;
}

/** Output of one container: whole lines, each with its line end, in the bytes that were written. */
export interface LogBlock {
  readonly container: string;
  readonly service: string;
  readonly stream: "stdout" | "stderr";
  readonly bytes: Uint8Array;
}

/** What reading logs needs of the world: `write` receives lines of several containers mixed, but never cut. */
export interface LogsContext extends Context {
  /** A container whose lines are not taken yet is not read on. */
  readonly write: (block: LogBlock) => void | Promise<void>;
}

/**
 * Hands on what containers have written, all of them at once; `container-attached` events name them before the first
 * line. Resolves when there is nothing more to come, or when the signal fires.
 */
export async function logs(subject: Subject, options: LogsOptions, context: LogsContext): Promise<void> {
  const failed = new AbortController();
  const within = { ...context, signal: AbortSignal.any([context.signal, failed.signal]) };
  try {
    const read = options.follow === true ? followLogs : options.merge === true ? mergeLogs : readLogs;
    await read(subject, options, within);
  } finally {
    failed.abort(); // one log that breaks must not leave the others running
  }
}

async function readLogs(subject: Subject, options: LogsOptions, context: LogsContext): Promise<void> {
  const containers = await selectContainers(subject, options, context);
  announce(containers, subject, context);
  await Promise.all(containers.map((container) => copyLog(container, subject, options, context)));
}

async function mergeLogs(subject: Subject, options: LogsOptions, context: LogsContext): Promise<void> {
  const merged = new MergedLines();
  await readLogs(subject, { ...options, timestamps: true }, { ...context, write: (block) => merged.add(block) });
  for (const block of merged.inOrder({ keepsTime: options.timestamps === true })) await context.write(block);
}

async function followLogs(subject: Subject, options: LogsOptions, context: LogsContext): Promise<void> {
  // Subscribed before looking: a container that starts in between is not missed.
  await using events = await subscribe(subject, context);
  const containers = await selectContainers(subject, options, context);
  announce(containers, subject, context);
  const { services = [], index } = options;
  const isOfService = isShown(subject, services);
  const isFollowed = (container: Replica): boolean =>
    isOfService(container) && (index === undefined || index === container.number);
  const follower = new LogFollower({ subject, options, context, events, copyLog, isFollowed, hopesForStarts: true });
  await follower.begin(containers);
  await follower.follow();
}

async function selectContainers(
  subject: Subject,
  { services = [], index }: LogsOptions,
  { engine }: Context,
): Promise<readonly Replica[]> {
  const [service] = services;
  if (index !== undefined && service !== undefined) {
    return [await findReplica(engine, subject, { service, index, mustRun: false })];
  }
  const containers = (await findContainers(engine, subject, services)).map(toContainer);
  return containers.filter(({ isOneOff }) => !isOneOff).filter(isShown(subject, services));
}

function announce(containers: readonly Replica[], subject: Subject, { emit }: Context): void {
  for (const container of containers) {
    emit({ kind: "container-attached", container: shortName(container, subject.name), service: container.service });
  }
}

/** Which output of one container; `timed` knows what was handed on before, and is needed to follow it from run to run. */
export interface CopyOptions extends LogsOptions {
  readonly timed?: TimedLines;
}

/** Hands on the output of one container, as far as the options ask for it. */
export async function copyLog(
  container: Replica,
  subject: Subject,
  { follow = false, timestamps = false, tail, since, until, timed }: CopyOptions,
  { engine, emit, signal, write }: LogsContext,
): Promise<void> {
  const source = { container: shortName(container, subject.name), service: container.service };
  const handOn = async ({ stream, bytes }: OutputChunk): Promise<void> => {
    const wanted = timed === undefined ? bytes : timed.take({ stream, bytes });
    if (wanted !== undefined) await write({ ...source, stream, bytes: wanted });
  };
  const range = {
    timestamps: timestamps || timed !== undefined,
    signal,
    ...(since === undefined ? {} : { since }),
    ...(until === undefined ? {} : { until }),
  };
  const limit = tail === undefined ? {} : { tail };
  try {
    for await (const lines of wholeLines(engine.logs(container.id, { ...range, ...limit, follow })))
      await handOn(lines);
    if (!follow || timed === undefined) return;
    for await (const lines of missedLines(container, { ...range, ...limit, timed }, engine)) await handOn(lines);
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    emit({ kind: "remark", level: "warning", message: `${source.container}: ${error.message}` });
  }
}

/** Some logging drivers only take. */
function isUnreadable(error: unknown): error is EngineError {
  return error instanceof EngineError && error.status === 501;
}
