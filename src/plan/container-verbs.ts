import type { Project } from "../compose/project.ts";
import { serviceGraph } from "../graph/service-graph.ts";
import type { ObservedContainer, Snapshot } from "../observe/snapshot.ts";
import { basisOf } from "./basis.ts";
import { Draft } from "./draft.ts";
import { graceOf } from "./grace.ts";
import { isUp } from "./known-state.ts";
import type { Plan } from "./plan.ts";
import { writeRemoval } from "./write/removal.ts";

/** Which containers are meant; what is no replica of these is left alone. */
export type IsMeant = (container: ObservedContainer) => boolean;

/** Sends a signal to containers that have a process, all at once. */
export function killing(snapshot: Snapshot, isMeant: IsMeant, signal: string): Plan {
  const draft = new Draft();
  for (const { name, service } of snapshot.containers.filter(isMeant).filter(isUp)) {
    draft.add({ kind: "kill-container", container: name, service, signal }, "kill");
  }
  return draft.finish({ action: "kill", project: snapshot.projectName, basis: basisOf(snapshot) });
}

/** Freezes what runs; what is frozen already stays so. */
export function pausing(snapshot: Snapshot, isMeant: IsMeant): Plan {
  const draft = new Draft();
  for (const { name, service, state } of snapshot.containers.filter(isMeant)) {
    if (state === "paused") draft.unchanged({ resource: "container", name, text: "Paused" });
    if (state === "running") draft.add({ kind: "pause-container", container: name, service }, "pause");
  }
  return draft.finish({ action: "pause", project: snapshot.projectName, basis: basisOf(snapshot) });
}

/** Lets what is frozen go on; what runs already is left to it. */
export function unpausing(snapshot: Snapshot, isMeant: IsMeant): Plan {
  const draft = new Draft();
  for (const { name, service, state } of snapshot.containers.filter(isMeant)) {
    if (state === "running") draft.unchanged({ resource: "container", name, text: "Running" });
    if (state === "paused") draft.add({ kind: "unpause-container", container: name, service }, "unpause");
  }
  return draft.finish({ action: "unpause", project: snapshot.projectName, basis: basisOf(snapshot) });
}

/** What a user can ask of `rm`, as data. */
export interface RemovingOptions {
  /** Anonymous volumes go with their containers. */
  readonly volumes?: boolean;
  /** Also containers that run, stopped first. */
  readonly stop?: boolean;
}

/** Removes containers that have ended, or with `stop` all of them, dependents first. */
export function removing(
  project: Project,
  snapshot: Snapshot,
  isMeant: IsMeant,
  { volumes = false, stop = false }: RemovingOptions,
): Plan {
  const draft = new Draft();
  const graph = serviceGraph(project.services);
  const doomed = snapshot.containers.filter(isMeant).filter((container) => stop || !isUp(container));
  const rank = ({ service }: ObservedContainer): number => graph.order.indexOf(service);
  const gone = new Map<string, number[]>();
  for (const container of doomed.toSorted((a, b) => rank(b) - rank(a))) {
    const { service } = container;
    const dependents = rank(container) === -1 ? [] : graph.dependentsOf(service);
    const after = dependents.flatMap((dependent) => gone.get(dependent) ?? []);
    const hooks = project.services[service]?.preStop ?? [];
    const grace = graceOf(project.services[service]);
    const step = writeRemoval(draft, { container, cause: "rm", after, hooks, withVolumes: volumes, ...grace });
    gone.set(service, [...(gone.get(service) ?? []), step]);
  }
  return draft.finish({ action: "rm", project: snapshot.projectName, basis: basisOf(snapshot) });
}
