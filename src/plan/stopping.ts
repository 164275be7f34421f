import type { Project } from "../compose/project.ts";
import { serviceGraph } from "../graph/service-graph.ts";
import type { Snapshot } from "../observe/snapshot.ts";
import { basisOf } from "./basis.ts";
import { Draft } from "./draft.ts";
import { graceOf } from "./grace.ts";
import type { ProviderPrograms } from "./options.ts";
import type { Plan } from "./plan.ts";
import { writeProviderEnds } from "./providers.ts";
import { writeStop } from "./write/removal.ts";

/** What a user can ask of a stop, as data. */
export interface StoppingOptions {
  /** Services to stop, and only those; empty or absent: all. What they depend on keeps running. */
  readonly services?: readonly string[];
  /** `-t`: how long a container may take to stop. */
  readonly graceMs?: number;
  /** Programs that stand for services. */
  readonly providers?: ProviderPrograms;
}

/** What has to happen for services to stop, dependents first. One-offs are left alone. */
export function stopping(project: Project, snapshot: Snapshot, options: StoppingOptions): Plan {
  const { services = [], graceMs, providers: programs = {} } = options;
  const draft = new Draft();
  const graph = serviceGraph(project.services);
  const stops = new Map<string, number[]>();
  const selected = (service: string): boolean => services.length === 0 || services.includes(service);
  for (const service of graph.order.toReversed()) {
    if (!selected(service)) continue;
    const after = graph.dependentsOf(service).flatMap((dependent) => stops.get(dependent) ?? []);
    const replicas = snapshot.containers.filter((container) => container.service === service && !container.isOneOff);
    const ids = replicas.flatMap((container) => {
      const hooks = project.services[service]?.preStop ?? [];
      const grace = graceOf(project.services[service], graceMs);
      return writeStop(draft, { container, cause: "stop", after, hooks, ...grace }) ?? [];
    });
    stops.set(service, ids);
  }
  const ended = (service: string): readonly number[] => stops.get(service) ?? [];
  writeProviderEnds(project, { verb: "stop", selected, programs, ended }, draft);
  return draft.finish({ action: "stop", project: project.name, basis: basisOf(snapshot) });
}
