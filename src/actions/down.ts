import type { Project } from "../compose/project.ts";
import type { Context } from "../context.ts";
import { execute } from "../execute/execute.ts";
import { observe } from "../observe/observe.ts";
import { projectFromLabels } from "../plan/labelled-project.ts";
import { neededFor } from "../plan/needed.ts";
import type { Plan } from "../plan/plan.ts";
import { teardown, type TeardownOptions } from "../plan/teardown.ts";
import { providerPrograms } from "./provider-programs.ts";
import { checkServices } from "./select-containers.ts";
import type { UpResult } from "./up.ts";

/** What can be asked of `down`. */
export interface DownOptions extends TeardownOptions {
  /** How many operations may run at once; absent: as many as the plan allows. */
  readonly limit?: number;
}

/** A project, or only its name: then its labels tell what belongs to it. */
export type ProjectOrName = Project | { readonly name: string; readonly services?: undefined };

/** Removes a project's containers and networks, and what else was asked for. Failures are in the result. */
export async function down(project: ProjectOrName, options: DownOptions, context: Context): Promise<UpResult> {
  const plan = await planDown(project, options, context);
  const { limit } = options;
  return { plan, ...(await execute(plan, { ...context, ...(limit === undefined ? {} : { limit }) })) };
}

/** The plan that `down` would carry out: reads, and writes nothing. */
export async function planDown(
  project: ProjectOrName,
  options: DownOptions,
  context: Pick<Context, "engine" | "programs" | "signal">,
): Promise<Plan> {
  const { engine } = context;
  if (project.services === undefined) {
    const snapshot = await observe(engine, { projectName: project.name });
    const known = projectFromLabels(snapshot);
    if (options.images === undefined) return teardown(known, snapshot, options);
    return teardown(known, await observe(engine, { projectName: project.name, ...neededFor(known) }), options);
  }
  checkServices({ name: project.name, project }, options.services ?? []);
  const { networks, volumes, images } = neededFor(project);
  const wanted = options.images === undefined ? {} : { images };
  const snapshot = await observe(engine, { projectName: project.name, networks, volumes, ...wanted });
  return teardown(project, snapshot, { ...options, providers: await providerPrograms(project, context) });
}
