import type { Project } from "../compose/project.ts";
import type { Context } from "../context.ts";
import { observe } from "../observe/observe.ts";
import type { ObservedContainer, Snapshot } from "../observe/snapshot.ts";
import { projectFromLabels } from "../plan/labelled-project.ts";
import type { Plan } from "../plan/plan.ts";
import { startable } from "../plan/starting.ts";
import { checkServices, type Subject } from "./select-containers.ts";

/** What is there, and how it hangs together. */
export interface Found {
  readonly project: Project;
  readonly snapshot: Snapshot;
}

/** Looks at what exists of a project; without its files, the labels of its containers say how services hang together. */
export async function look(
  subject: Subject,
  services: readonly string[],
  { engine, starts = false }: Pick<Context, "engine"> & Looking,
): Promise<Found> {
  const projectName = subject.name.toLowerCase();
  const snapshot = await observe(engine, starts ? { projectName, ...aboutStarts } : { projectName });
  checkServices(
    subject,
    services,
    snapshot.containers.map(({ service }) => service),
  );
  return { snapshot, project: known(subject, services, projectFromLabels(snapshot)) };
}

/** What for. */
interface Looking {
  /** Containers are to be started: then ports of the host matter. */
  readonly starts?: boolean;
}

const aboutStarts = {
  needsDetails: ({ state, isOneOff }: ObservedContainer): boolean => startable.has(state) && !isOneOff,
  needsPortHolders: (containers: readonly ObservedContainer[]): boolean =>
    containers.some(({ state, isOneOff }) => startable.has(state) && !isOneOff),
};

/** A plan for what exists of the named services, or of all: reads, and writes nothing. */
export async function planFor<Options extends { readonly services?: readonly string[] }>(
  subject: Subject,
  options: Options,
  { engine, make, starts = false }: Pick<Context, "engine"> & Looking & { readonly make: MakePlan<Options> },
): Promise<Plan> {
  const { project, snapshot } = await look(subject, options.services ?? [], { engine, starts });
  return make(project, snapshot, options);
}

type MakePlan<Options> = (project: Project, snapshot: Snapshot, options: Options) => Plan;

/** A service that is named is meant even if its profile is off, or if only its containers tell of it. */
function known({ project }: Subject, named: readonly string[], labelled: Project): Project {
  if (project === undefined) return labelled;
  const more = named.flatMap((name) => project.disabledServices[name] ?? labelled.services[name] ?? []);
  return {
    ...project,
    services: { ...Object.fromEntries(more.map((each) => [each.name, each])), ...project.services },
  };
}
