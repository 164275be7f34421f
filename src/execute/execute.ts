import type { Emit, StepInfo } from "../events.ts";
import type { Programs } from "../context.ts";
import type { Engine } from "../engine/engine.ts";
import { TscomposeError } from "../errors.ts";
import { walk, type WalkNode, type WalkOutcome } from "../graph/walk.ts";
import type { Failures, Guard, Plan, Step } from "../plan/plan.ts";
import { type Variables, variablesDigest } from "../plan/provided.ts";
import { LazySessions } from "./lazy-sessions.ts";
import { ContainerIds } from "./container-ids.ts";
import { withoutSecrets } from "./cover-error.ts";
import { platformOf } from "./late-values.ts";
import { perform } from "./perform.ts";
import { StepEvents } from "./step-events.ts";
import { stepInfos } from "./step-info.ts";

/** What executing a plan needs of the world. */
export interface ExecuteContext {
  readonly engine: Engine;
  readonly emit: Emit;
  readonly signal: AbortSignal;
  /** Of this machine, for providers; absent: none is to be run. */
  readonly programs?: Programs;
  /** How many operations may run at once; absent: as many as the plan allows. */
  readonly limit?: number;
  /** Variables that secrets of builds are read from, at the moment a build asks for them. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** How one step ended. A failure is a value, so that all failures of a run can be told. */
export type StepResult = { readonly step: Step } & (
  | { readonly kind: "succeeded" }
  /** Its condition did not hold. */
  | { readonly kind: "left-out" }
  | { readonly kind: "failed"; readonly error: TscomposeError }
  | { readonly kind: "skipped"; readonly because: number }
  | { readonly kind: "interrupted" }
);

/** How a plan ended. */
export interface Execution {
  readonly outcome: "succeeded" | "failed" | "interrupted";
  readonly steps: readonly StepResult[];
}

/** Carries out a plan, as parallel as it allows, and tells what happens. Makes no decisions. */
export async function execute(plan: Plan, context: ExecuteContext): Promise<Execution> {
  const { emit, signal, limit } = context;
  const infos = new Map(plan.steps.map((step) => [step.id, stepInfos(step)]));
  emit({ kind: "plan-ready", action: plan.action, project: plan.project, steps: [...infos.values()].flat() });
  for (const message of plan.remarks) emit({ kind: "remark", level: "warning", message });
  for (const thing of plan.unchanged) emit({ kind: "unchanged", ...thing });

  await using builds = new LazySessions(context.engine, context.environment ?? {});
  const run = new Run(context, builds);
  const outcomes = await walk(plan.steps.map(asNode), (node) => run.step(node.step), {
    ...(limit === undefined ? {} : { limit }),
    signal,
    onSkipped: (id, outcome) => {
      const reason = skipReason(outcome, infos);
      for (const step of infos.get(id) ?? []) emit({ kind: "step-skipped", step, reason });
    },
  });
  const steps = plan.steps.map((step) => resultOf(step, outcomes.get(step.id), run.leftOut));
  return { outcome: overall(steps), steps };
}

/** Whether something is to be taken back is known when all that may fail is over. */
function asNode(step: Step): WalkNode & { readonly step: Step } {
  const { id, after, afterEnd = [], ifFailed = [], ifMoreFailed, unlessMoreFailed, isOwed = false } = step;
  const judged = [...ifFailed, ...(ifMoreFailed?.of ?? []), ...(unlessMoreFailed?.of ?? [])];
  return { id, after, afterEnd: [...new Set([...afterEnd, ...judged])], isOwed, step };
}

/** One execution: the containers it made, the steps it left out, and those that failed. */
class Run {
  readonly leftOut: Set<number> = new Set();
  readonly #failed: Set<number> = new Set();
  readonly #context: ExecuteContext;
  readonly #ids = new ContainerIds();
  readonly #variables = new Map<string, Variables>();

  readonly #builds: LazySessions;

  constructor(context: ExecuteContext, builds: LazySessions) {
    this.#context = context;
    this.#builds = builds;
  }

  async step(step: Step): Promise<void> {
    const { engine, emit, signal, programs } = this.#context;
    const events = new StepEvents(step, emit);
    if (!(await this.#holds(step))) {
      this.leftOut.add(step.id);
      events.leftOut();
      return;
    }
    events.started();
    try {
      this.#expectFewFailures(step);
      const text = await perform(step.operation, {
        engine,
        ids: this.#ids,
        variables: this.#variables,
        ...(programs === undefined ? {} : { programs }),
        signal,
        progress: (message, amount) => events.progress(message, amount),
        buildStep: (info, state) => events.buildStep(info, state),
        builds: this.#builds,
        settled: (container) => events.settled(container),
        warn: (message) => emit({ kind: "remark", level: "warning", message }),
        debug: (message) => emit({ kind: "remark", level: "debug", message }),
      });
      events.succeeded(text);
    } catch (cause) {
      const error = withoutSecrets(cause);
      this.#failed.add(step.id);
      if (error instanceof TscomposeError) events.failed(error);
      throw error;
    }
  }

  async #holds({ ifFailed, ifMoreFailed, when: guards = [] }: Step): Promise<boolean> {
    const isJudged = ifFailed !== undefined || ifMoreFailed !== undefined;
    const hasFailed = this.#hasMoreFailed({ of: ifFailed ?? [], than: 0 });
    if (isJudged && !hasFailed && !this.#hasMoreFailed(ifMoreFailed)) return false;
    if (guards.length === 0) return true;
    const answers = await Promise.all(guards.map((guard) => this.#check(guard)));
    return answers.includes(true);
  }

  #hasMoreFailed(failures: Failures | undefined): boolean {
    return failures !== undefined && failures.of.filter((id) => this.#failed.has(id)).length > failures.than;
  }

  #expectFewFailures({ unlessMoreFailed }: Step): void {
    if (!this.#hasMoreFailed(unlessMoreFailed)) return;
    const message = `more than ${unlessMoreFailed?.than} of the steps before have failed: max_failure_ratio is exceeded`;
    throw new TscomposeError({ code: "operation-failed", message });
  }

  async #check(guard: Guard): Promise<boolean> {
    if (guard.kind === "variables-changed") {
      return variablesDigest(this.#variables.get(guard.provider) ?? {}) !== guard.from;
    }
    const image = await this.#context.engine.inspectImage(guard.image, platformOf(guard));
    return guard.kind === "image-absent" ? image === undefined : image?.Id !== guard.from;
  }
}

function resultOf(step: Step, outcome: WalkOutcome | undefined, leftOut: ReadonlySet<number>): StepResult {
  if (leftOut.has(step.id)) return { step, kind: "left-out" };
  switch (outcome?.kind) {
    case "succeeded":
      return { step, kind: "succeeded" };
    case "skipped":
      return { step, kind: "skipped", because: outcome.because };
    case "failed":
      // What is not an answer of ours or of the engine is a bug: it keeps its stack.
      if (!(outcome.error instanceof TscomposeError)) throw outcome.error;
      return outcome.error.code === "interrupted"
        ? { step, kind: "interrupted" }
        : { step, kind: "failed", error: outcome.error };
    case "interrupted":
    case undefined:
      return { step, kind: "interrupted" };
  }
}

function overall(steps: readonly StepResult[]): Execution["outcome"] {
  if (steps.some(({ kind }) => kind === "failed")) return "failed";
  return steps.some(({ kind }) => kind === "interrupted") ? "interrupted" : "succeeded";
}

/** Steps are named by what they are about: their numbers are known to readers of the plan only. */
function skipReason(outcome: WalkOutcome, infos: ReadonlyMap<number, readonly StepInfo[]>): string {
  if (outcome.kind !== "skipped") return "interrupted";
  const [blocker] = infos.get(outcome.because) ?? [];
  return `because of ${blocker?.resource} ${blocker?.name}`;
}
