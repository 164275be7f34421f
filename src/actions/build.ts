import type { Project } from "../compose/project.ts";
import type { Context } from "../context.ts";
import { observe } from "../observe/observe.ts";
import { building, type BuildingOptions } from "../plan/building.ts";
import { onDefaultPlatform } from "../plan/default-platform.ts";
import { pathsBuiltFrom } from "../plan/paths.ts";
import type { Plan } from "../plan/plan.ts";
import { expectUsableImages } from "../plan/values/check-values.ts";
import { builderOf } from "./builder.ts";
import { absentOf } from "./plan-inputs.ts";
import { type PlanRun, runPlan } from "./run-plan.ts";

/** What can be asked of `build`. */
export interface BuildImagesOptions extends Omit<BuildingOptions, "absentPaths" | "builder" | "proxies"> {
  /** `DOCKER_DEFAULT_PLATFORM` is read of it. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Builds the images of a project. Failures are in the result. */
export async function build(project: Project, options: BuildImagesOptions, context: Context): Promise<PlanRun> {
  const plan = await planBuild(project, options, context);
  return runPlan(plan, { ...context, environment: options.environment ?? {} });
}

/** The plan that `build` would carry out: reads, and writes nothing. */
export async function planBuild(
  given: Project,
  options: BuildImagesOptions,
  { engine, files }: Pick<Context, "engine" | "files">,
): Promise<Plan> {
  expectUsableImages(given);
  const { environment = {} } = options;
  const project = onDefaultPlatform(given, environment);
  const [snapshot, proxies, absentPaths] = await Promise.all([
    observe(engine, { projectName: project.name }),
    engine.proxies(),
    absentOf(pathsBuiltFrom(project), files),
  ]);
  return building(project, snapshot, {
    ...options,
    environment,
    proxies,
    absentPaths,
    builder: builderOf(engine, environment),
    keepsCaches: engine.keepsBuildCaches,
  });
}
