import type { Project } from "../compose/project.ts";
import type { Context } from "../context.ts";
import { execute, type Execution } from "../execute/execute.ts";
import { observe } from "../observe/observe.ts";
import type { Plan } from "../plan/plan.ts";
import { stopping, type StoppingOptions } from "../plan/stopping.ts";
import { planFor } from "./look.ts";
import { providerPrograms } from "./provider-programs.ts";
import type { Subject } from "./select-containers.ts";

/** Stops services, dependents first; what they depend on keeps running. Failures are in the result. */
export async function stop(project: Project, options: StoppingOptions, context: Context): Promise<Execution> {
  const snapshot = await observe(context.engine, { projectName: project.name });
  const providers = await providerPrograms(project, context);
  return execute(stopping(project, snapshot, { ...options, providers }), context);
}

const nothing = { services: {}, workingDirectory: "" };

/** The plan to stop services of a project that may be known by its name only: reads, and writes nothing. */
export async function planStop(
  subject: Subject,
  options: StoppingOptions,
  context: Pick<Context, "engine" | "programs" | "signal">,
): Promise<Plan> {
  const providers = await providerPrograms(subject.project ?? nothing, context);
  return planFor(subject, { ...options, providers }, { engine: context.engine, make: stopping });
}
