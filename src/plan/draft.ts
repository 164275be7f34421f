import type { Operation } from "./operation.ts";
import type { Failures, Guard, Plan, Step, Unchanged } from "./plan.ts";

/** What a step waits for, and when it is left out. */
export interface Edges {
  readonly after?: readonly number[];
  readonly afterEnd?: readonly number[];
  /** Absent: always; an empty list says the same. */
  readonly when?: readonly Guard[];
  /** Absent: whether others fail or not. */
  readonly ifFailed?: readonly number[] | undefined;
  readonly ifMoreFailed?: Failures;
  readonly unlessMoreFailed?: Failures;
  readonly isOwed?: boolean;
}

/** A plan being written: gives steps their numbers. */
export class Draft {
  readonly #steps: Step[] = [];
  readonly #remarks: string[] = [];
  readonly #unchanged: Unchanged[] = [];
  #floor: readonly number[] = [];

  /** Adds a step that may only wait for earlier ones, so a plan can have no cycle; returns its id. */
  add(operation: Operation, cause: string, edges: Edges = {}): number {
    const { after = [], afterEnd = [], when = [], ifFailed, ifMoreFailed, unlessMoreFailed, isOwed = false } = edges;
    const id = this.#steps.length + 1;
    this.#steps.push({
      id,
      operation,
      cause,
      after: inOrder([...this.#floor, ...after]),
      ...(afterEnd.length === 0 ? {} : { afterEnd: inOrder(afterEnd) }),
      ...(when.length === 0 ? {} : { when: distinct(when) }),
      ...(ifFailed === undefined ? {} : { ifFailed: inOrder(ifFailed) }),
      ...(ifMoreFailed === undefined ? {} : { ifMoreFailed }),
      ...(unlessMoreFailed === undefined ? {} : { unlessMoreFailed }),
      ...(isOwed ? { isOwed } : {}),
    });
    return id;
  }

  /** Ids of all steps that are written while `write` runs. */
  during(write: () => void): readonly number[] {
    const before = this.#steps.length;
    write();
    return this.#steps.slice(before).map(({ id }) => id);
  }

  /** From here on, every step waits for all that have been added so far. */
  closePhase(): void {
    this.#floor = this.#steps.map(({ id }) => id);
  }

  remark(text: string): void {
    this.#remarks.push(text);
  }

  unchanged(thing: Unchanged): void {
    this.#unchanged.push(thing);
  }

  finish(about: Pick<Plan, "action" | "project" | "basis">): Plan {
    return {
      formatVersion: 1,
      ...about,
      steps: withoutDetours(this.#steps),
      unchanged: this.#unchanged,
      remarks: [...new Set(this.#remarks)],
    };
  }
}

/** Drops edges that others imply: what is left is what a reader has to know. */
function withoutDetours(steps: readonly Step[]): Step[] {
  const ancestors = new Map<number, ReadonlySet<number>>();
  return steps.map((step) => {
    const farther = new Set(step.after.flatMap((id) => [...(ancestors.get(id) ?? [])]));
    ancestors.set(step.id, farther.union(new Set(step.after)));
    return { ...step, after: step.after.filter((id) => !farther.has(id)) };
  });
}

function inOrder(ids: readonly number[]): number[] {
  return [...new Set(ids)].sort((a, b) => a - b);
}

function distinct(guards: readonly Guard[]): Guard[] {
  return [...new Map(guards.map((guard) => [JSON.stringify(guard), guard])).values()];
}
