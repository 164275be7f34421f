import type { Dependency, Project, Service } from "../compose/project.ts";
import { serviceGraph } from "../graph/service-graph.ts";
import type { ObservedContainer, Snapshot } from "../observe/snapshot.ts";
import { basisOf } from "./basis.ts";
import { Draft } from "./draft.ts";
import { graceOf } from "./grace.ts";
import { heldPorts } from "./held-ports.ts";
import type { Plan } from "./plan.ts";
import { ImpossiblePlanError } from "./problem.ts";
import { startable } from "./starting.ts";
import { ConditionWaits, type Gate } from "./write/condition-waits.ts";
import { writeHooks } from "./write/hooks.ts";

/** What a user can ask of `restart`, as data. */
export interface RestartingOptions {
  /** Services to restart; empty or absent: all. */
  readonly services?: readonly string[];
  /** Leaves out dependents that ask with `restart: true` to be restarted along. */
  readonly noDependents?: boolean;
  /** `-t`: how long a container may take to stop. */
  readonly graceMs?: number;
}

/** What has to happen for containers to begin anew: each service after those it is to be restarted along with. */
export function restarting(project: Project, snapshot: Snapshot, options: RestartingOptions): Plan {
  const draft = new Draft();
  const replicasOf = (service: string): readonly ObservedContainer[] =>
    snapshot.containers.filter((container) => container.service === service && !container.isOneOff);
  const services = selected(project, options);
  const stopped = services.flatMap(({ name }) => replicasOf(name).filter(({ state }) => startable.has(state)));
  const problems = heldPorts(stopped, { project, snapshot });
  if (problems.length > 0) throw new ImpossiblePlanError(problems);
  const waits = new ConditionWaits(draft, replicasOf);
  for (const service of services) {
    const gate = waits.gate(pulledBy(service));
    const steps = replicasOf(service.name).flatMap((container) =>
      writeRestart(draft, service, container, gate, options),
    );
    waits.started.set(service.name, steps);
  }
  return draft.finish({ action: "restart", project: project.name, basis: basisOf(snapshot) });
}

function selected(project: Project, { services: named = [], noDependents = false }: RestartingOptions): Service[] {
  const pulls = Object.fromEntries(
    Object.entries(project.services).map(([name, service]) => [name, { dependsOn: pulledBy(service) }]),
  );
  const graph = serviceGraph(pulls);
  const wanted = new Set(named.flatMap((name) => (noDependents ? [name] : [name, ...graph.dependentsOf(name)])));
  return graph.order
    .filter((name) => named.length === 0 || wanted.has(name))
    .flatMap((name) => project.services[name] ?? []);
}

/** Only these dependencies matter to a restart. */
function pulledBy({ dependsOn = {} }: Service): Record<string, Dependency> {
  return Object.fromEntries(Object.entries(dependsOn).filter(([, { restart }]) => restart));
}

function writeRestart(
  draft: Draft,
  { name: service, preStop = [], postStart = [], ...rest }: Service,
  { name, state }: ObservedContainer,
  gate: Gate,
  { graceMs }: RestartingOptions,
): readonly number[] {
  const about = { service, container: name, when: [] } as const;
  // Hooks run inside: there is no inside of a container that has stopped.
  const before =
    state === "running" ? writeHooks(draft, { ...about, moment: "pre_stop", hooks: preStop, after: gate.after }) : [];
  const grace = graceOf(rest, graceMs);
  const step = draft.add({ kind: "restart-container", container: name, service, ...grace }, "restart", {
    after: [...gate.after, ...before],
    afterEnd: gate.afterEnd,
  });
  const after = writeHooks(draft, { ...about, moment: "post_start", hooks: postStart, after: [step] });
  return after.length === 0 ? [step] : after;
}
