import type { Project, Service } from "../compose/project.ts";
import { type ServiceGraph, serviceGraph } from "../graph/service-graph.ts";
import type { ObservedContainer, Snapshot } from "../observe/snapshot.ts";
import { basisOf } from "./basis.ts";
import { Draft } from "./draft.ts";
import { heldPorts } from "./held-ports.ts";
import { wantedScale } from "./names.ts";
import type { Plan } from "./plan.ts";
import { ImpossiblePlanError, type Problem } from "./problem.ts";
import { ConditionWaits, type Gate } from "./write/condition-waits.ts";
import { writeHooks } from "./write/hooks.ts";

/** What a user can ask of `start`, as data. */
export interface StartingOptions {
  /** Services to start, with what they depend on; empty or absent: all. */
  readonly services?: readonly string[];
  /** Wait until every one of them runs, or is healthy where it has a health check. */
  readonly wait?: boolean;
  readonly waitTimeoutMs?: number;
}

/** What has to happen for existing containers to run, dependencies first; those that run already are left alone. */
export function starting(project: Project, snapshot: Snapshot, options: StartingOptions): Plan {
  const draft = new Draft();
  const graph = serviceGraph(project.services);
  const services = selected(graph, options.services ?? []).flatMap((name) => project.services[name] ?? []);
  const replicasOf = (service: string): readonly ObservedContainer[] =>
    snapshot.containers.filter((container) => container.service === service && !container.isOneOff);
  const stopped = services.flatMap(({ name }) => replicasOf(name).filter(({ state }) => startable.has(state)));
  const problems = [
    ...services.flatMap((service) => withoutContainer(service, replicasOf(service.name))),
    ...heldPorts(stopped, { project, snapshot }),
  ];
  if (problems.length > 0) throw new ImpossiblePlanError(problems);

  const waits = new ConditionWaits(draft, replicasOf);
  for (const service of services) {
    const replicas = replicasOf(service.name);
    const gate = replicas.every(({ state }) => state === "running") ? open : waits.gate(service.dependsOn ?? {});
    const steps = replicas.flatMap((container) => writeStart(draft, service, container, gate));
    waits.started.set(service.name, steps);
  }
  if (options.wait === true) writeFinalWaits(project, services, waits, options);
  return draft.finish({ action: "start", project: project.name, basis: basisOf(snapshot) });
}

/** States in which a container holds no port, and would be started. */
export const startable: ReadonlySet<ObservedContainer["state"]> = new Set(["created", "exited", "dead"]);

const open: Gate = { after: [], afterEnd: [] };

function selected(graph: ServiceGraph, named: readonly string[]): readonly string[] {
  const wanted = new Set(named.flatMap((name) => [name, ...graph.dependenciesOf(name)]));
  return graph.order.filter((name) => named.length === 0 || wanted.has(name));
}

function withoutContainer(service: Service, replicas: readonly ObservedContainer[]): Problem[] {
  if (replicas.length > 0 || service.provider !== undefined || wantedScale(service) === 0) return [];
  const message = `service "${service.name}" has no container to start`;
  return [{ code: "not-found", message, hint: `make one with: tscompose up -d ${service.name}` }];
}

function writeStart(draft: Draft, service: Service, { name, state }: ObservedContainer, gate: Gate): readonly number[] {
  if (state === "running" || state === "restarting") {
    draft.unchanged({ resource: "container", name, text: state === "running" ? "Running" : "Restarting" });
    return [];
  }
  const kind = state === "paused" ? "unpause-container" : "start-container";
  const step = draft.add({ kind, container: name, service: service.name }, `is ${state}`, gate);
  if (state === "paused") return [step];
  const about = {
    moment: "post_start",
    hooks: service.postStart ?? [],
    service: service.name,
    container: name,
  } as const;
  const hooks = writeHooks(draft, { ...about, after: [step], when: [] });
  return hooks.length === 0 ? [step] : hooks;
}

/** A service that others await as completed is awaited so: it would never count as running. */
function writeFinalWaits(
  project: Project,
  services: readonly Service[],
  waits: ConditionWaits,
  { waitTimeoutMs }: StartingOptions,
): void {
  for (const { name } of services) {
    const isJob = Object.values(project.services).some(
      ({ dependsOn }) => dependsOn?.[name]?.condition === "service_completed_successfully",
    );
    waits.wait(name, {
      until: isJob ? "completed" : "running-or-healthy",
      required: true,
      cause: "--wait",
      ...(waitTimeoutMs === undefined ? {} : { timeoutMs: waitTimeoutMs }),
    });
  }
}
