import { graceOf } from "../grace.ts";
import type { Edges } from "../draft.ts";
import type { Recreation, Rollout } from "../rollout.ts";
import type { Launch } from "./launch.ts";

/** Steps that have replaced one replica. */
export interface Replaced {
  readonly replica: Recreation;
  /** All of them. */
  readonly steps: readonly number[];
  readonly started: readonly number[];
  readonly stopped: readonly number[];
  readonly end: readonly number[];
}

/** What makes a replica come back: a failure of its own, or of more replicas than are tolerated. */
type Condition = Pick<Edges, "ifFailed" | "ifMoreFailed">;

/**
 * Takes new replicas back, the newest first, as few at a time as `rollback_config` says, and lets the old ones go on:
 *
 *     stop-first:   stop new, remove new, start old
 *     start-first:  start old, stop new, remove new
 *
 * It is done only if the rollout has failed; steps of it are left out otherwise.
 */
export function writeRollbacks(launch: Launch, rollout: Rollout, replaced: readonly Replaced[]): void {
  const { rollback, tolerated } = rollout;
  const all = replaced.flatMap(({ steps }) => steps);
  const newestFirst = replaced.toReversed();
  let before: Pick<Edges, "after" | "afterEnd"> = {};
  for (let index = 0; index < newestFirst.length; index += rollback.parallelism) {
    const batch = newestFirst.slice(index, index + rollback.parallelism);
    const ends = batch.flatMap((each) => writeRollback(launch, rollout, each, conditionOf(each), before));
    const isLast = index + rollback.parallelism >= newestFirst.length;
    if (!isLast) before = writePause(launch, rollout, ends, conditionOf({ steps: all }));
  }

  function conditionOf({ steps }: Pick<Replaced, "steps">): Condition {
    if (tolerated === 0) return { ifFailed: all };
    const ofAll = { ifMoreFailed: { of: all, than: tolerated } };
    return steps === all ? ofAll : { ifFailed: steps, ...ofAll };
  }
}

function writeRollback(
  launch: Launch,
  { rollback }: Rollout,
  { replica, started, stopped }: Replaced,
  condition: Condition,
  before: Pick<Edges, "after" | "afterEnd">,
): number[] {
  const { when } = replica;
  const stopsNew = (edges: Edges): number => writeNewEnd(launch, replica, { ...edges, ...condition, when });
  const startsOld = (edges: Edges): number[] =>
    writeOldStart(launch, replica, rollback.monitorMs, { ...edges, ...condition, when }, rollback.isAsked);
  const afterEnd = [...started, ...(before.afterEnd ?? [])];
  if (rollback.startsFirst) {
    const back = startsOld({ after: [...stopped, ...(before.after ?? [])], afterEnd });
    return [stopsNew({ after: back, afterEnd: started })];
  }
  const gone = stopsNew({ ...before, afterEnd });
  return startsOld({ after: stopped, afterEnd: [gone] });
}

/** What the next batch waits for. */
function writePause(
  { writer, service }: Launch,
  { rollback }: Rollout,
  ends: readonly number[],
  condition: Condition,
): Pick<Edges, "after" | "afterEnd"> {
  const { delayMs, tolerated, onFailure } = rollback;
  const isJudged = onFailure === "pause" && tolerated > 0;
  const gate = onFailure === "continue" || isJudged ? { afterEnd: ends } : { after: ends };
  if (delayMs === 0 && !isJudged) return gate;
  const judging = isJudged ? { unlessMoreFailed: { of: ends, than: tolerated } } : {};
  const delay = { kind: "delay", service: service.name, forMs: delayMs } as const;
  return { after: [writer.add(delay, "rollback_config", { ...gate, ...judging, ...condition })] };
}

/** Stops and removes the new one; returns the step after which it is gone. */
function writeNewEnd({ writer, service }: Launch, { name }: Recreation, edges: Edges): number {
  const about = { id: name, name, service: service.name } as const;
  const stop = { kind: "stop-container", ...about, ...graceOf(service, writer.planning.options.graceMs) } as const;
  const stopped = writer.add(stop, "not fit to serve", edges);
  const removal = { kind: "remove-container", ...about, withVolumes: false, force: true } as const;
  return writer.add(removal, "rolled back", { ...edges, after: [], afterEnd: [stopped] });
}

/** Starts the old one, and waits until it is fit to serve where that is asked for; returns the last step. */
function writeOldStart(
  { writer, service }: Launch,
  { existing: { container } }: Recreation,
  monitorMs: number,
  edges: Edges,
  isAsked: boolean,
): number[] {
  const { id, name } = container;
  const start = { kind: "start-container", container: name, id, service: service.name } as const;
  const started = writer.add(start, "rolled back", edges);
  if (!isAsked) return [started];
  // Its name may lead to the new one by then.
  const about = { service: service.name, containers: [name], ids: [id] } as const;
  const wait = { kind: "await-containers", ...about, until: "running-or-healthy", required: true } as const;
  const later = { ...edges, afterEnd: [] };
  const fit = writer.add(wait, "rollback_config", { ...later, after: [started] });
  if (monitorMs === 0) return [fit];
  const monitor = { kind: "monitor-containers", ...about, forMs: monitorMs } as const;
  return [writer.add(monitor, "rollback_config.monitor", { ...later, after: [fit] })];
}
