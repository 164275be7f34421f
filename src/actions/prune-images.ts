import type { Context } from "../context.ts";
import { label } from "../observe/labels.ts";
import { pruning } from "../plan/pruning.ts";
import { type PlanRun, runPlan } from "./run-plan.ts";

/** Removes the images of a project that have no name any more. Failures are in the result. */
export async function pruneImages(project: string, context: Context): Promise<PlanRun> {
  const nameless = await context.engine.listImages({ dangling: ["true"], label: [`${label.project}=${project}`] });
  return runPlan(pruning(project, nameless.map(({ Id }) => Id).toSorted()), context);
}
