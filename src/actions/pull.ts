import type { Project } from "../compose/project.ts";
import type { Context } from "../context.ts";
import { observe } from "../observe/observe.ts";
import { defaultPlatform } from "../plan/default-platform.ts";
import { neededFor } from "../plan/needed.ts";
import type { Plan } from "../plan/plan.ts";
import { pulling, type PullingOptions } from "../plan/pulling.ts";
import { expectUsableImages } from "../plan/values/check-values.ts";
import { type PlanRun, runPlan } from "./run-plan.ts";

/** What can be asked of `pull`. */
export interface PullOptions extends Omit<PullingOptions, "platform"> {
  /** `DOCKER_DEFAULT_PLATFORM` is read of it. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Pulls the images of a project; one that fails does not keep the others. Failures are in the result. */
export async function pull(project: Project, options: PullOptions, context: Context): Promise<PlanRun> {
  return runPlan(await planPull(project, options, context), context);
}

/** The plan that `pull` would carry out: reads, and writes nothing. */
export async function planPull(
  project: Project,
  { environment = {}, ...options }: PullOptions,
  { engine }: Pick<Context, "engine">,
): Promise<Plan> {
  expectUsableImages(project);
  const { images } = neededFor(project);
  const platform = defaultPlatform(environment);
  return pulling(project, await observe(engine, { projectName: project.name, images }), {
    ...options,
    ...(platform === undefined ? {} : { platform }),
  });
}
