import type { Hook } from "../../compose/project.ts";
import type { ObservedContainer } from "../../observe/snapshot.ts";
import type { Draft } from "../draft.ts";
import { takenOver } from "../inheritance.ts";
import type { Guard } from "../plan.ts";
import { writeHooks } from "./hooks.ts";

/** How a container is brought down. */
export interface Stop {
  readonly container: ObservedContainer;
  readonly cause: string;
  readonly after: readonly number[];
  readonly afterEnd?: readonly number[];
  readonly when?: readonly Guard[];
  /** Its service's `pre_stop`. */
  readonly hooks: readonly Hook[];
  readonly graceMs?: number;
  readonly isReplaced?: boolean;
}

/** How a container that does not run is taken away. */
export interface Removal extends Omit<Stop, "hooks" | "graceMs" | "afterEnd"> {
  readonly withVolumes: boolean;
  readonly isOwed?: boolean;
}

/** Stops a container that runs, its hooks first; returns the step after which it no longer runs, if one is needed. */
export function writeStop(
  draft: Draft,
  { container, cause, after, afterEnd = [], when = [], hooks, graceMs, isReplaced = false }: Stop,
): number | undefined {
  const { id, name, service, state } = container;
  if (!["running", "restarting", "paused"].includes(state)) return undefined;
  const hooked =
    state === "running"
      ? writeHooks(draft, { moment: "pre_stop", hooks, service, container: id, after, afterEnd, when })
      : [];
  const operation = {
    kind: "stop-container",
    id,
    name,
    service,
    ...(graceMs === undefined ? {} : { graceMs }),
    ...(isReplaced ? { isReplaced } : {}),
  } as const;
  return draft.add(operation, cause, { after: [...after, ...hooked], afterEnd, when });
}

/** Removes a container that does not run (any more). */
export function writeRemove(
  draft: Draft,
  { container, cause, after, when = [], withVolumes, isReplaced = false, isOwed = false }: Removal,
): number {
  const { id, name, service } = container;
  const operation = {
    kind: "remove-container",
    id,
    name,
    service,
    withVolumes,
    // A restart policy may bring it back between the two calls.
    force: true,
    ...(isReplaced ? { isReplaced } : {}),
  } as const;
  const removed = draft.add(operation, cause, { after, when, isOwed });
  for (const volume of withVolumes ? takenOver(container) : []) {
    draft.add({ kind: "remove-volume", name: volume, optional: true }, cause, { after: [removed], when, isOwed });
  }
  return removed;
}

/** Stops and removes a container; returns the step after which it is gone. */
export function writeRemoval(draft: Draft, removal: Stop & { readonly withVolumes: boolean }): number {
  const stop = writeStop(draft, removal);
  return writeRemove(draft, { ...removal, after: stop === undefined ? removal.after : [...removal.after, stop] });
}
