import type { Context } from "../context.ts";
import type { Plan } from "../plan/plan.ts";
import { starting, type StartingOptions } from "../plan/starting.ts";
import { type PlanRun, runPlan } from "./run-plan.ts";
import { planFor } from "./look.ts";
import type { Subject } from "./select-containers.ts";

/** Starts containers that exist, dependencies first. Failures are in the result. */
export async function start(subject: Subject, options: StartingOptions, context: Context): Promise<PlanRun> {
  return runPlan(await planStart(subject, options, context), context);
}

/** The plan that `start` would carry out: reads, and writes nothing. */
export async function planStart(
  subject: Subject,
  options: StartingOptions,
  { engine }: Pick<Context, "engine">,
): Promise<Plan> {
  return planFor(subject, options, { engine, make: starting, starts: true });
}
