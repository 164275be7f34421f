import { type ListedContainer, ps } from "../actions/ps.ts";
import type { Project } from "../compose/project.ts";
import type { OpenContext } from "../library/open-context.ts";
import type { EngineSnapshot } from "./snapshot.ts";
import type { StackRequest, StackState } from "./start.ts";
import type { ServiceVariables } from "./variables.ts";

/** A stack that runs, as its services see it: the project, the way to the engine, and what was last seen there. */
export class Running {
  readonly project: Project;
  readonly serviceVariables: ServiceVariables;
  readonly variables: StackState["environment"];
  readonly stopGraceMs: number;
  /** It outlives those who use it. */
  readonly isKept: boolean;
  readonly context: OpenContext;
  /** Over whose copies volumes are layered, by their names. */
  readonly layered: Map<string, EngineSnapshot> = new Map<string, EngineSnapshot>();
  /** Nothing is to be started for it any more. */
  hasEnded = false;
  #containers: readonly ListedContainer[] = [];

  constructor({ project, variables, environment }: StackState, request: StackRequest, context: OpenContext) {
    this.project = project;
    this.serviceVariables = variables;
    this.variables = environment;
    this.stopGraceMs = request.stopGraceMs;
    this.isKept = request.isKept;
    this.context = context;
  }

  /** Containers that ran when somebody last looked, by number. */
  get containers(): readonly ListedContainer[] {
    return this.#containers;
  }

  /** Looks again: published ports change when containers start. */
  async refresh({ all = false }: { readonly all?: boolean } = {}): Promise<void> {
    const { name } = this.project;
    const found = await ps({ name, project: this.project }, { all }, this.context);
    this.#containers = found.toSorted((a, b) => (a.number ?? 0) - (b.number ?? 0));
  }
}
