import { resolve } from "node:path";
import type { Project } from "../compose/project.ts";
import type { Context } from "../context.ts";
import type { PlanInputs } from "../plan/options.ts";
import { seccompProfilePath } from "../plan/spec/container.ts";

/** Reads what a plan needs of this machine, since planning itself reads nothing. */
export async function readInputs(
  project: Project,
  environment: Readonly<Record<string, string>>,
  { engine, files, clock }: Pick<Context, "engine" | "files" | "clock">,
): Promise<PlanInputs> {
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
  return { environment, seccompProfiles, nowMs: clock.now(), proxies: await engine.proxies() };
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
