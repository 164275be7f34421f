import type { Context } from "../context.ts";
import type { Plan } from "../plan/plan.ts";
import { restarting, type RestartingOptions } from "../plan/restarting.ts";
import { type PlanRun, runPlan } from "./run-plan.ts";
import { planFor } from "./look.ts";
import type { Subject } from "./select-containers.ts";

/** Restarts containers, and dependents that ask to be restarted along. Failures are in the result. */
export async function restart(subject: Subject, options: RestartingOptions, context: Context): Promise<PlanRun> {
  return runPlan(await planRestart(subject, options, context), context);
}

/** The plan that `restart` would carry out: reads, and writes nothing. */
export async function planRestart(
  subject: Subject,
  options: RestartingOptions,
  { engine }: Pick<Context, "engine">,
): Promise<Plan> {
  return planFor(subject, options, { engine, make: restarting, starts: true });
}
