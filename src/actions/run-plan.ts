import { execute, type ExecuteContext, type Execution } from "../execute/execute.ts";
import type { Plan } from "../plan/plan.ts";

/** What was promised, and how it went. */
export interface PlanRun extends Execution {
  readonly plan: Plan;
}

/** Carries out a plan that an action made: nothing happens that it does not say. Failures are in the result. */
export async function runPlan(plan: Plan, context: ExecuteContext): Promise<PlanRun> {
  return { plan, ...(await execute(plan, context)) };
}
