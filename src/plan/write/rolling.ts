import { graceOf } from "../grace.ts";
import type { Recreation, Rollout } from "../rollout.ts";
import { type Launch, rivalStops, writeBegin, writeUpload } from "./launch.ts";
import { writeRemove } from "./removal.ts";
import { allCreated, stoppedDependents } from "./replacement.ts";
import { type Replaced, writeRollbacks } from "./rollback.ts";
import type { Gate } from "./waits.ts";

/**
 * Replaces replicas a few at a time. What has begun to be replaced is owed a running container, so that Ctrl-C in between
 * leaves the old one or the new one serving:
 *
 *     stop-first:   stop old, remove old, rename new, start new, wait until it is fit to serve
 *     start-first:  start new, wait until it is fit to serve, stop old, remove old, rename new
 *
 * With `failure_action: rollback` old containers are only removed when all new ones have proved fit, and come back when
 * one has not. Returns the last steps of each replica.
 */
export function writeRollout(launch: Launch, rollout: Rollout): readonly number[] {
  const { replicas, parallelism } = rollout;
  const batches = Array.from({ length: Math.ceil(replicas.length / parallelism) }, (_, index) =>
    replicas.slice(index * parallelism, (index + 1) * parallelism),
  );
  const written: Replaced[] = [];
  let gate: Gate = { after: [], afterEnd: [] };
  for (const batch of batches) {
    const isLast = batch === batches.at(-1);
    written.push(...batch.map((replica) => writeWhole(launch, { rollout, replica, gate, isLast })));
    if (!isLast) gate = writePause(launch, rollout, written, batch.length);
  }
  const ends = written.flatMap(({ end }) => end);
  const done = rollout.tolerated === 0 ? ends : [...writeJudgement(launch, rollout, written, 0)];
  if (rollout.onFailure !== "rollback") return done;
  const kept = written.flatMap(({ replica, end }) => writeSuccession(launch, replica, [...done, ...end]));
  writeRollbacks(launch, rollout, written);
  return rollout.tolerated === 0 ? kept : done;
}

/** Replaces one replica, and keeps account of the steps that does it. */
function writeWhole(launch: Launch, place: Place): Replaced {
  let replaced: Omit<Replaced, "steps"> | undefined;
  const steps = launch.writer.draft.during(() => {
    replaced = writeReplica(launch, place);
  });
  const nothing = { replica: place.replica, started: [], stopped: [], end: [] };
  return { ...(replaced ?? nothing), steps };
}

/** One replica in its place in the rollout. */
interface Place {
  readonly rollout: Rollout;
  readonly replica: Recreation;
  /** What the batch waits for. */
  readonly gate: Gate;
  readonly isLast: boolean;
}

/** What the next batch waits for; where failures are no obstacle, only for the end of the one before. */
function writePause(launch: Launch, rollout: Rollout, written: readonly Replaced[], latest: number): Gate {
  const { writer, service } = launch;
  const { delayMs, onFailure, tolerated } = rollout;
  if (tolerated > 0 && onFailure !== "continue") {
    return { after: writeJudgement(launch, rollout, written, delayMs), afterEnd: [] };
  }
  const ends = written.slice(-latest).flatMap(({ end }) => end);
  const gate = onFailure === "continue" ? { after: [], afterEnd: ends } : { after: ends, afterEnd: [] };
  if (delayMs === 0) return gate;
  const delay = { kind: "delay", service: service.name, forMs: delayMs } as const;
  return { after: [writer.add(delay, "update_config.delay", gate)], afterEnd: [] };
}

/** Goes on only if no more replicas have failed than `max_failure_ratio` allows; a replica fails in one step. */
function writeJudgement(
  { writer, service }: Launch,
  { tolerated: than }: Rollout,
  written: readonly Replaced[],
  forMs: number,
): readonly number[] {
  const of = written.flatMap(({ steps }) => steps);
  const afterEnd = written.flatMap(({ end }) => end);
  const delay = { kind: "delay", service: service.name, forMs } as const;
  return [writer.add(delay, "update_config.max_failure_ratio", { afterEnd, unlessMoreFailed: { of, than } })];
}

function writeReplica(launch: Launch, place: Place): Omit<Replaced, "steps"> {
  const { writer, waits, service, hooked } = launch;
  const { name } = place.replica;
  const created = writer.created.get(name) ?? [];
  const uploaded = writeUpload(writer, service, startOf(place), created);
  const dependencies = waits.gate(service);
  const gate: Gate = {
    after: [
      ...allCreated(writer),
      ...hooked,
      ...uploaded,
      ...dependencies.after,
      ...stoppedDependents(writer, service.name),
      ...rivalStops(writer, service, name),
      ...place.gate.after,
    ],
    afterEnd: [...dependencies.afterEnd, ...place.gate.afterEnd],
  };
  return place.rollout.startsFirst ? startFirst(launch, place, gate) : stopFirst(launch, place, gate);
}

function startOf({ replica: { name, when } }: Place): { name: string; cause: string; when: Recreation["when"] } {
  return { name, cause: "recreated", when };
}

function stopFirst(launch: Launch, place: Place, gate: Gate): Omit<Replaced, "steps"> {
  const { replica } = place;
  const stopped = writeOldStop(launch, replica, gate);
  const freed = place.rollout.onFailure === "rollback" ? stopped : writeSuccession(launch, replica, stopped);
  const begun = writeBegin(launch, startOf(place), { after: freed, afterEnd: gate.afterEnd, isOwed: true });
  return { replica, started: begun, stopped, end: writeProof(launch, place, begun) };
}

function startFirst(launch: Launch, place: Place, gate: Gate): Omit<Replaced, "steps"> {
  const { replica, rollout } = place;
  let begun: readonly number[] = [];
  let proven: readonly number[] = [];
  const risky = launch.writer.draft.during(() => {
    begun = writeBegin(launch, startOf(place), gate);
    proven = writeProof(launch, { ...place, isLast: false }, begun);
  });
  // A replica that is not fit must not get requests that the old one could serve.
  if (rollout.onFailure !== "rollback") writeNewStop(launch, replica, begun, risky);
  const stopped = writeOldStop(launch, replica, { after: proven, afterEnd: [] });
  const end = rollout.onFailure === "rollback" ? stopped : writeSuccession(launch, replica, stopped);
  return { replica, started: begun, stopped, end };
}

/** Waits until a new replica is fit to serve; the last one is not waited for where nobody asked. */
function writeProof(
  { writer, service }: Launch,
  { rollout, replica, isLast }: Place,
  begun: readonly number[],
): readonly number[] {
  const { name, when } = replica;
  if (isLast && !rollout.isAsked) return begun;
  const about = { service: service.name, containers: [name] } as const;
  const wait = { kind: "await-containers", ...about, until: "running-or-healthy", required: true } as const;
  const cause = rollout.isAsked ? "update_config" : "replicas are replaced one after another";
  const fit = writer.add(wait, cause, { after: begun, when });
  if (rollout.monitorMs === 0) return [fit];
  const monitor = { kind: "monitor-containers", ...about, forMs: rollout.monitorMs } as const;
  return [writer.add(monitor, "update_config.monitor", { after: [fit], when })];
}

function writeOldStop({ writer }: Launch, { existing, when }: Recreation, gate: Gate): readonly number[] {
  const stop = writer.stop(existing.container, "replaced", { ...gate, when, isReplaced: true });
  return stop === undefined ? gate.after : [stop];
}

/** Removes the old container, and gives its name to the new one. */
function writeSuccession(
  { writer, service }: Launch,
  { existing: { container }, name, when }: Recreation,
  after: readonly number[],
): readonly number[] {
  const withVolumes = writer.planning.options.renewAnonymousVolumes === true;
  const about = { cause: "replaced", after, when, isOwed: true } as const;
  const removed = writeRemove(writer.draft, { ...about, container, withVolumes, isReplaced: true });
  writer.removed.set(container.id, removed);
  if (container.name !== name) return [removed];
  const operation = { kind: "rename-container", container: name, name, service: service.name } as const;
  return [writer.add(operation, "replaced", { after: [removed], when, isOwed: true })];
}

function writeNewStop(
  { writer, service }: Launch,
  { name, when }: Recreation,
  started: readonly number[],
  ifFailed: readonly number[],
): number {
  const operation = { kind: "stop-container", id: name, name, service: service.name } as const;
  return writer.add({ ...operation, ...graceOf(service, writer.planning.options.graceMs) }, "not fit to serve", {
    afterEnd: started,
    ifFailed,
    when,
  });
}
