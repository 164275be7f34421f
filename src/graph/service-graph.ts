import { DepGraph } from "dependency-graph";
import type { Service } from "../compose/project.ts";

/** Who depends on whom among the services of a project: what to create first, and what to stop first. */
export interface ServiceGraph {
  /** Names, dependencies before dependents, ties by name. */
  readonly order: readonly string[];
  directDependenciesOf(name: string): readonly string[];
  directDependentsOf(name: string): readonly string[];
  /** Everything that needs it, directly or not. */
  dependentsOf(name: string): readonly string[];
  dependenciesOf(name: string): readonly string[];
}

/** Builds the graph of `depends_on`; edges to services that are not there are left out. A cycle does not stop it. */
export function serviceGraph(services: Readonly<Record<string, Pick<Service, "dependsOn">>>): ServiceGraph {
  // Cycles are the loader's to refuse; a project known only by its labels must come down whatever they say.
  const graph = new DepGraph<string>({ circular: true });
  const names = Object.keys(services).sort();
  for (const name of names) graph.addNode(name);
  for (const name of names) {
    for (const dependency of Object.keys(services[name]?.dependsOn ?? {}).sort()) {
      if (graph.hasNode(dependency)) graph.addDependency(name, dependency);
    }
  }
  return {
    order: graph.overallOrder(),
    directDependenciesOf: (name) => graph.directDependenciesOf(name),
    directDependentsOf: (name) => graph.directDependentsOf(name),
    dependentsOf: (name) => graph.dependentsOf(name),
    dependenciesOf: (name) => graph.dependenciesOf(name),
  };
}
