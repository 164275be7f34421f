import type { Project } from "../compose/project.ts";
import type { Context } from "../context.ts";
import { observe } from "../observe/observe.ts";
import type { Plan } from "../plan/plan.ts";
import { pushing } from "../plan/pushing.ts";
import { type PlanRun, runPlan } from "./run-plan.ts";

/** Pushes the images of a project; one that fails does not keep the others. Failures are in the result. */
export async function push(project: Project, context: Context): Promise<PlanRun> {
  return runPlan(await planPush(project, context), context);
}

/** The plan that `push` would carry out: reads, and writes nothing. */
export async function planPush(project: Project, { engine }: Pick<Context, "engine">): Promise<Plan> {
  return pushing(project, await observe(engine, { projectName: project.name }));
}
