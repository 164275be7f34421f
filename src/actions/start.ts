import type { Context } from "../context.ts";
import type { Plan } from "../plan/plan.ts";
import { starting, type StartingOptions } from "../plan/starting.ts";
import { type PlanRun, runPlan } from "./run-plan.ts";
import { look } from "./look.ts";
import type { Subject } from "./select-containers.ts";

/** Starts containers that exist, dependencies first. Failures are in the result. */
export async function start(subject: Subject, options: StartingOptions, context: Context): Promise<PlanRun> {
  return runPlan(await planStart(subject, options, context), context);
}

/** The plan that `start` would carry out: reads, and writes nothing. */
export async function planStart(
  subject: Subject,
  options: StartingOptions,
  context: Pick<Context, "engine">,
): Promise<Plan> {
  const { project, snapshot } = await look(subject, options.services ?? [], context);
  return starting(project, snapshot, options);
}
