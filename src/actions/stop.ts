import type { Project } from "../compose/project.ts";
import type { Context } from "../context.ts";
import { execute, type Execution } from "../execute/execute.ts";
import { observe } from "../observe/observe.ts";
import type { Plan } from "../plan/plan.ts";
import { stopping, type StoppingOptions } from "../plan/stopping.ts";
import { planFor } from "./look.ts";
import type { Subject } from "./select-containers.ts";

/** Stops services, dependents first; what they depend on keeps running. Failures are in the result. */
export async function stop(project: Project, options: StoppingOptions, context: Context): Promise<Execution> {
  const snapshot = await observe(context.engine, { projectName: project.name });
  return execute(stopping(project, snapshot, options), context);
}

/** The plan to stop services of a project that may be known by its name only: reads, and writes nothing. */
export async function planStop(
  subject: Subject,
  options: StoppingOptions,
  { engine }: Pick<Context, "engine">,
): Promise<Plan> {
  return planFor(subject, options, { engine, make: stopping });
}
