import type { Context } from "../context.ts";
import type { Emit, StepInfo } from "../events.ts";
import type { Plan, Step } from "../plan/plan.ts";
import { describe } from "../plan/render.ts";

/** When a step began and ended, in milliseconds since the first one began. */
export interface Span {
  readonly beganMs: number;
  readonly endedMs: number;
}

/** The chain of steps that the end of a run had to wait for, each for the one before. */
export interface CriticalPath {
  readonly totalMs: number;
  readonly steps: readonly TimedStep[];
  /** The dependency between two services that made one of them wait longest; absent where none waited for another. */
  readonly costliest?: { readonly service: string; readonly waitedFor: string; readonly waitedMs: number };
}

/** A step on the critical path. */
export interface TimedStep {
  readonly id: number;
  /** As in the plan: `start web-1`. */
  readonly text: string;
  readonly tookMs: number;
}

/** Listens to what happens, and notes when steps begin and end. */
export class Stopwatch {
  readonly #clock: Context["clock"];
  readonly #began = new Map<number, number>();
  readonly #ended = new Map<number, number>();

  constructor(clock: Context["clock"]) {
    this.#clock = clock;
  }

  /** Passes events on. */
  listening(emit: Emit): Emit {
    return (event) => {
      if (event.kind === "step-started") this.#note(this.#began, event.step);
      if (event.kind === "step-succeeded" || event.kind === "step-failed") this.#note(this.#ended, event.step);
      emit(event);
    };
  }

  /** Steps that were done, by id. */
  get spans(): ReadonlyMap<number, Span> {
    const first = Math.min(...this.#began.values());
    const spans = [...this.#began].map(([id, began]): [number, Span] => [
      id,
      { beganMs: began - first, endedMs: (this.#ended.get(id) ?? began) - first },
    ]);
    return new Map(spans);
  }

  /** A step about several containers begins with the first and ends with the last of them. */
  #note(times: Map<number, number>, { id }: StepInfo): void {
    if (times === this.#ended || !times.has(id)) times.set(id, this.#clock.now());
  }
}

/** Follows a run back from the step that ended last, always to the one that was waited for longest. */
export function criticalPath(plan: Plan, spans: ReadonlyMap<number, Span>): CriticalPath {
  const steps = new Map(plan.steps.filter(({ id }) => spans.has(id)).map((step) => [step.id, step]));
  const endOf = (id: number): number => spans.get(id)?.endedMs ?? 0;
  const awaitedBy = ({ after, afterEnd = [] }: Step): readonly Step[] =>
    [...after, ...afterEnd].flatMap((id) => steps.get(id) ?? []).sort((a, b) => endOf(b.id) - endOf(a.id));
  const last = [...steps.values()].sort((a, b) => endOf(b.id) - endOf(a.id)).at(0);
  const path: Step[] = [];
  for (let step = last; step !== undefined; step = awaitedBy(step)[0]) path.unshift(step);

  const waits = path.flatMap((step) => {
    const [longest, next] = awaitedBy(step);
    const [service, waitedFor] = [serviceOf(step), longest === undefined ? undefined : serviceOf(longest)];
    if (service === undefined || longest === undefined || waitedFor === undefined || service === waitedFor) return [];
    return [{ service, waitedFor, waitedMs: endOf(longest.id) - (next === undefined ? 0 : endOf(next.id)) }];
  });
  const costliest = waits.sort((a, b) => b.waitedMs - a.waitedMs)[0];
  return {
    totalMs: last === undefined ? 0 : endOf(last.id),
    steps: path.map(({ id, operation }) => {
      const { beganMs = 0, endedMs = 0 } = spans.get(id) ?? {};
      return { id, text: describe(operation, plan.project), tookMs: endedMs - beganMs };
    }),
    ...(costliest === undefined ? {} : { costliest }),
  };
}

function serviceOf({ operation }: Step): string | undefined {
  return "service" in operation ? operation.service : undefined;
}
