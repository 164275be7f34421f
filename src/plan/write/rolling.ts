import { graceOf } from "../grace.ts";
import type { Recreation, Rollout } from "../rollout.ts";
import { type Launch, rivalStops, writeBegin, writeUpload } from "./launch.ts";
import { writeRemove } from "./removal.ts";
import { allCreated, stoppedDependents } from "./replacement.ts";
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
  const risky = launch.writer.draft.during(() => {
    for (const batch of batches) {
      const isLast = batch === batches.at(-1);
      const replaced = batch.map((replica) => writeReplica(launch, { rollout, replica, gate, isLast }));
      written.push(...replaced);
      const ends = replaced.flatMap(({ end }) => end);
      if (!isLast) gate = writePause(launch, rollout, ends);
    }
  });
  const ends = written.flatMap(({ end }) => end);
  if (rollout.onFailure !== "rollback") return ends;
  const kept = written.flatMap((replaced) => writeAcceptance(launch, replaced, ends));
  for (const replaced of written.toReversed()) writeRollback(launch, replaced, risky);
  return kept;
}

/** One replica in its place in the rollout. */
interface Place {
  readonly rollout: Rollout;
  readonly replica: Recreation;
  /** What the batch waits for. */
  readonly gate: Gate;
  readonly isLast: boolean;
}

/** Steps that have replaced one replica. */
interface Replaced {
  readonly replica: Recreation;
  readonly started: readonly number[];
  readonly stopped: readonly number[];
  readonly end: readonly number[];
}

/** What the next batch waits for; where failures are no obstacle, only for the end. */
function writePause({ writer, service }: Launch, rollout: Rollout, ends: readonly number[]): Gate {
  const gate = rollout.onFailure === "continue" ? { after: [], afterEnd: ends } : { after: ends, afterEnd: [] };
  if (rollout.delayMs === 0) return gate;
  const delay = { kind: "delay", service: service.name, forMs: rollout.delayMs } as const;
  return { after: [writer.add(delay, "update_config.delay", gate)], afterEnd: [] };
}

function writeReplica(launch: Launch, place: Place): Replaced {
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

function stopFirst(launch: Launch, place: Place, gate: Gate): Replaced {
  const { replica } = place;
  const stopped = writeOldStop(launch, replica, gate);
  const freed = place.rollout.onFailure === "rollback" ? stopped : writeSuccession(launch, replica, stopped);
  const begun = writeBegin(launch, startOf(place), { after: freed, afterEnd: gate.afterEnd, isOwed: true });
  return { replica, started: begun, stopped, end: writeProof(launch, place, begun) };
}

function startFirst(launch: Launch, place: Place, gate: Gate): Replaced {
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

/** All new replicas have proved fit: the old ones are not needed any more. */
function writeAcceptance(launch: Launch, { replica }: Replaced, ends: readonly number[]): readonly number[] {
  return writeSuccession(launch, replica, ends);
}

/** Takes a new replica back, and lets the old one go on. */
function writeRollback(launch: Launch, { replica, started, stopped }: Replaced, ifFailed: readonly number[]): void {
  const { writer, service } = launch;
  const { existing, name, when } = replica;
  const { container } = existing;
  const stop = writeNewStop(launch, replica, started, ifFailed);
  const about = { service: service.name, when } as const;
  const removal = { kind: "remove-container", id: name, name, withVolumes: false, force: true } as const;
  const removed = writer.add({ ...removal, service: service.name }, "rolled back", {
    afterEnd: [stop],
    ifFailed,
    when: about.when,
  });
  const start = { kind: "start-container", container: container.name, id: container.id } as const;
  writer.add({ ...start, service: service.name }, "rolled back", {
    after: stopped,
    afterEnd: [removed],
    ifFailed,
    when: about.when,
  });
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
