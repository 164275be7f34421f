import type { Service } from "../../compose/project.ts";
import type { ObservedContainer } from "../../observe/snapshot.ts";
import type { Decision, ServiceDecision } from "../decision.ts";
import type { Draft, Edges } from "../draft.ts";
import { graceOf } from "../grace.ts";
import type { Operation } from "../operation.ts";
import type { Orphan } from "../orphans.ts";
import type { Planning } from "../planning.ts";
import type { Rollout } from "../rollout.ts";
import type { Wanted } from "../wanted.ts";
import { writeRemove, writeStop, type Stop } from "./removal.ts";

/** What has been decided. */
export interface Decisions {
  readonly planning: Planning;
  readonly decided: ReadonlyMap<string, ServiceDecision>;
  readonly orphans: readonly Orphan[];
}

/** A container that a step stops. */
export interface Stopped {
  readonly container: ObservedContainer;
  readonly step: number;
}

type Of<Kind extends Decision["kind"]> = Extract<Decision, { kind: Kind }> & { readonly service: Service };
type StopCall = Pick<Stop, "after" | "afterEnd" | "when" | "isReplaced">;

/** Writes decisions down as steps, and remembers which step did what, so that later steps can wait for it. */
export class Writer {
  readonly decisions: Decisions;
  readonly draft: Draft;
  /** Steps that made networks and volumes, by key. */
  readonly networks: Map<string, number> = new Map();
  readonly volumes: Map<string, number> = new Map();
  /** Steps after which a new container is complete, by final name. */
  readonly created: Map<string, readonly number[]> = new Map();
  readonly wanted: Map<string, Wanted> = new Map();
  /** Steps after which a container no longer runs, or is gone, by id. */
  readonly stopped: Map<string, Stopped> = new Map();
  readonly removed: Map<string, number> = new Map();
  /** Steps that must be done before a container is started, by final name. */
  readonly prepared: Map<string, readonly number[]> = new Map();
  /** How running replicas are replaced while services are started, by service. */
  readonly rollouts: Map<string, Rollout> = new Map();

  constructor(decisions: Decisions, draft: Draft) {
    this.decisions = decisions;
    this.draft = draft;
  }

  get planning(): Planning {
    return this.decisions.planning;
  }

  get decided(): ReadonlyMap<string, ServiceDecision> {
    return this.decisions.decided;
  }

  /** All decisions of some kinds, dependencies first. */
  each<Kind extends Decision["kind"]>(...kinds: readonly Kind[]): Of<Kind>[] {
    const isOfKind = (decision: Decision): decision is Extract<Decision, { kind: Kind }> =>
      kinds.some((kind) => kind === decision.kind);
    return [...this.decided.values()].flatMap(({ service, replicas }) =>
      replicas.filter(isOfKind).map((decision) => ({ ...decision, service })),
    );
  }

  add(operation: Operation, cause: string, edges: Edges = {}): number {
    return this.draft.add(operation, cause, edges);
  }

  /** Stops a container, once; returns the step after which it no longer runs, if one is needed. */
  stop(container: ObservedContainer, cause: string, call: StopCall): number | undefined {
    const known = this.stopped.get(container.id);
    if (known !== undefined) return known.step;
    const service = this.planning.project.services[container.service];
    const hooks = service?.preStop ?? [];
    const grace = graceOf(service, this.planning.options.graceMs);
    const step = writeStop(this.draft, { container, cause, hooks, ...grace, ...call });
    if (step !== undefined) this.stopped.set(container.id, { container, step });
    return step;
  }

  /** Stops and removes a container; returns the step after which it is gone. */
  remove(container: ObservedContainer, cause: string, call: StopCall & { readonly withVolumes: boolean }): number {
    const stop = this.stop(container, cause, call);
    const after = stop === undefined ? call.after : [...call.after, stop];
    const step = writeRemove(this.draft, { ...call, container, cause, after });
    this.removed.set(container.id, step);
    return step;
  }
}
