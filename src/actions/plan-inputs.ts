import { resolve } from "node:path";
import type { Project } from "../compose/project.ts";
import type { Context } from "../context.ts";
import type { Engine } from "../engine/engine.ts";
import type { PlanInputs } from "../plan/options.ts";
import { pathsBuiltFrom, pathsInUse } from "../plan/paths.ts";
import { seccompProfilePath } from "../plan/spec/container.ts";
import { mountedFiles } from "../plan/spec/files.ts";
import { contentDigest } from "../plan/wanted.ts";
import { modelRunner } from "./model-runner.ts";
import { builderOf } from "./builder.ts";
import { providerPrograms } from "./provider-programs.ts";
import type { Files } from "../system/files.ts";

/** Reads what a plan needs of this machine, since planning itself reads nothing. */
export async function readInputs(
  project: Project,
  environment: Readonly<Record<string, string>>,
  context: Pick<Context, "engine" | "files" | "clock" | "programs" | "signal">,
): Promise<PlanInputs> {
  const { engine, files, clock } = context;
  const paths = Object.values(project.services)
    .flatMap(({ securityOpt = [] }) => securityOpt)
    .flatMap((option) => seccompProfilePath(option) ?? []);
  const profiles = await Promise.all(
    [...new Set(paths)].map(async (path) => {
      const text = compactJson(await files.readText(resolve(project.workingDirectory, path)));
      return text === undefined ? [] : [[path, text] as const];
    }),
  );
  const seccompProfiles = Object.fromEntries(profiles.flat());
  const mounted = isOnThisMachine(engine) ? pathsInUse(project) : [];
  const absentPaths = await absentOf([...pathsBuiltFrom(project), ...mounted], files);
  const [mountedContents, proxies, providers, models] = await Promise.all([
    isOnThisMachine(engine) ? contentsMounted(project, files) : {},
    engine.proxies(),
    providerPrograms(project, context),
    modelRunner(project, context),
  ]);
  return {
    environment,
    seccompProfiles,
    mountedContents,
    absentPaths,
    nowMs: clock.now(),
    builder: builderOf(engine, environment),
    keepsCaches: engine.keepsBuildCaches,
    proxies,
    providers,
    ...(models === undefined ? {} : { models }),
  };
}

/** Configs and secrets are read to see whether they changed; larger ones are no configs. */
const mostContentBytes = 4 << 20;

async function contentsMounted(project: Project, files: Files): Promise<Record<string, string>> {
  const paths = Object.values(project.services).flatMap((service) => mountedFiles(project, service));
  const found = await Promise.all(
    [...new Set(paths.map(({ path }) => path))].map(async (path) => {
      if ((await files.status(path))?.kind !== "file") return [];
      const text = await files.readText(path, { maxBytes: mostContentBytes }).catch(unreadable);
      return text === undefined ? [] : [[path, contentDigest(text)] as const];
    }),
  );
  return Object.fromEntries(found.flat());
}

/** The engine may read what its caller may not: then nobody sees that it changed, nor in what is too large. */
function unreadable(error: unknown): undefined {
  const isForbidden = Error.isError(error) && "code" in error && ["EACCES", "EPERM"].includes(String(error.code));
  if (!isForbidden && !(error instanceof RangeError)) throw error;
}

/** Another machine has files of its own. */
function isOnThisMachine({ address }: Engine): boolean {
  return /^(?:unix|npipe):/.test(address);
}

/** Those of some paths that lead nowhere. */
export async function absentOf(paths: readonly string[], files: Files): Promise<string[]> {
  const found = await Promise.all(paths.map((path) => files.status(path)));
  return paths.filter((_, index) => found[index] === undefined);
}

/** The engine wants the profile in one line; what is no JSON is no profile. */
function compactJson(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  try {
    return JSON.stringify(JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
