import type { Dependency } from "../../compose/project.ts";
import type { ObservedContainer } from "../../observe/snapshot.ts";
import type { Draft } from "../draft.ts";
import { isKnownToBe } from "../known-state.ts";
import type { AwaitedState } from "../operation.ts";

/** What a step has to wait for. */
export interface Gate {
  readonly after: readonly number[];
  readonly afterEnd: readonly number[];
}

/** Waits between services whose containers exist already; each is written once, however many dependents share it. */
export class ConditionWaits {
  /** Steps after which the containers of a service run (again); none: nothing had to be done. */
  readonly started: Map<string, readonly number[]> = new Map();
  readonly #draft: Draft;
  readonly #replicasOf: (service: string) => readonly ObservedContainer[];
  readonly #waits: Map<string, readonly number[]> = new Map();

  constructor(draft: Draft, replicasOf: (service: string) => readonly ObservedContainer[]) {
    this.#draft = draft;
    this.#replicasOf = replicasOf;
  }

  /** Steps that open the way: these dependencies in the state that is asked of them. */
  gate(dependsOn: Readonly<Record<string, Dependency>>): Gate {
    const waits = Object.entries(dependsOn).map(([name, { condition, required }]) => {
      if (condition === "service_started") return { required, steps: this.started.get(name) ?? [] };
      const until = condition === "service_healthy" ? "healthy" : "completed";
      const steps = this.wait(name, { until, required, cause: `depends_on condition ${condition}` });
      return { required, steps };
    });
    return {
      after: waits.filter(({ required }) => required).flatMap(({ steps }) => steps),
      afterEnd: waits.filter(({ required }) => !required).flatMap(({ steps }) => steps),
    };
  }

  /** Waits for all containers of a service, unless they are known to be there; the step, as a list. */
  wait(service: string, request: WaitRequest): readonly number[] {
    const key = `${service} ${request.until} ${request.required}`;
    const steps = this.#waits.get(key) ?? this.#write(service, request);
    this.#waits.set(key, steps);
    return steps;
  }

  #write(service: string, { until, required, cause, timeoutMs }: WaitRequest): readonly number[] {
    const replicas = this.#replicasOf(service);
    const started = this.started.get(service) ?? [];
    if (started.length === 0 && replicas.every((container) => isKnownToBe(container, until))) return [];
    const containers = replicas.map(({ name }) => name);
    const timeout = timeoutMs === undefined ? {} : { timeoutMs };
    const edges = required ? { after: started } : { afterEnd: started };
    return [
      this.#draft.add({ kind: "await-containers", service, containers, until, required, ...timeout }, cause, edges),
    ];
  }
}

/** For what to wait, and why. */
export interface WaitRequest {
  readonly until: AwaitedState;
  readonly required: boolean;
  readonly cause: string;
  readonly timeoutMs?: number;
}
