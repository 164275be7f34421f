import { type PlanRun, runPlan } from "../actions/run-plan.ts";
import type { Context } from "../context.ts";
import type { Emit } from "../events.ts";
import type { Plan } from "../plan/plan.ts";
import { exitCode } from "./exit-code.ts";
import { checkExecution } from "./outcome.ts";
import { type Environment, parallelLimit } from "./project-options.ts";
import type { Session } from "./session.ts";
import { planLines } from "./view/plan-lines.ts";

/** Something that a command changes. */
export interface Change {
  readonly environment: Environment;
  readonly plan: (context: Context) => Promise<Plan>;
  /** Asked before anything is done; false: nothing is. */
  readonly confirm?: (plan: Plan) => Promise<boolean>;
  /** What to say when there is nothing to do; absent: silence. */
  readonly nothing?: string;
  /** Leaves out what need not be shown. */
  readonly filter?: (emit: Emit) => Emit;
  /** What becomes of failed steps; absent: all of them together fail the command. */
  readonly check?: (run: PlanRun) => void;
}

/** Makes the plan of a change and carries it out before the user's eyes, or with `--dry-run` only shows it. */
export async function change(session: Session, wanted: Change): Promise<number> {
  const { environment, plan, confirm, nothing, filter = (emit) => emit, check = checkExecution } = wanted;
  const limit = parallelLimit(session.flags, environment);
  await using engine = await session.openEngine();
  const made = await plan(await session.context(engine, { emit: () => {} }));
  if (session.flags.dryRun === true) {
    session.print(planLines(made).join("\n"));
    return exitCode.success;
  }
  const isNothing = made.steps.length === 0 && made.unchanged.length === 0;
  if (isNothing && nothing !== undefined) session.io.stderr.write(`${nothing}\n`);
  if (made.steps.length > 0 && confirm !== undefined && !(await confirm(made))) return exitCode.success;
  check(await show());
  return exitCode.success;

  /** The view is closed before any error is told. */
  async function show(): Promise<PlanRun> {
    await using view = await session.openView(environment);
    const context = await session.context(engine, { emit: filter(view.emit) });
    return await runPlan(made, { ...context, environment, ...(limit === undefined ? {} : { limit }) });
  }
}

/** Leaves out the progress of pulls, pushes or builds; their beginning and end are still told. */
export function withoutProgress(
  ...operations: readonly ("pull-image" | "push-image" | "build-image")[]
): (emit: Emit) => Emit {
  const quiet: ReadonlySet<string> = new Set(operations);
  return (emit) => (event) => {
    const isProgress = event.kind === "step-progress" || event.kind === "build";
    if (!isProgress || !quiet.has(event.step.operation)) emit(event);
  };
}
