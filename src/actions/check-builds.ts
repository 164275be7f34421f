import type { Project } from "../compose/project.ts";
import type { Context } from "../context.ts";
import { isAtLeast } from "../docker-api/version.ts";
import { TscomposeError } from "../errors.ts";
import type { DockerfileWarning } from "../execute/builds/check-dockerfile.ts";
import { type BuildImagesOptions, planBuild } from "./build.ts";

/** What is said against the Dockerfile of a service. */
export interface CheckedBuild {
  readonly service: string;
  readonly dockerfile: string;
  readonly warnings: readonly DockerfileWarning[];
}

/** Engine 27.0, the first whose Dockerfile frontend answers that question. */
const neededApi = "1.46";

/** Asks the engine's BuildKit what it has to say against the Dockerfiles of a project; nothing is built. */
export async function checkBuilds(
  project: Project,
  options: BuildImagesOptions,
  context: Context,
): Promise<readonly CheckedBuild[]> {
  const { engine, signal } = context;
  const plan = await planBuild(project, options, context);
  const builds = plan.steps.flatMap(({ operation }) => (operation.kind === "build-image" ? [operation] : []));
  if (!isAtLeast(engine.apiVersion, neededApi) || builds.some(({ builder }) => builder === "classic")) {
    const message = `checking Dockerfiles needs BuildKit and engine API ${neededApi}, got ${engine.apiVersion}`;
    throw new TscomposeError({ code: "unsupported", message });
  }
  const [{ BuildSessions }, { checkDockerfile }] = await Promise.all([
    import("../execute/builds/sessions.ts"),
    import("../execute/builds/check-dockerfile.ts"),
  ]);
  await using sessions = new BuildSessions(engine, options.environment ?? {});
  const checked = builds.map(async (operation): Promise<CheckedBuild> => {
    const { service, build } = operation;
    const { dockerfile = "Dockerfile", dockerfileInline } = build;
    const warnings = await checkDockerfile(operation, sessions, signal);
    return { service, dockerfile: dockerfileInline === undefined ? dockerfile : "dockerfile_inline", warnings };
  });
  return await Promise.all(checked);
}
