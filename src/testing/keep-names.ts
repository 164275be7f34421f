import { declarationsPath, declareNames } from "../actions/declare-names.ts";
import type { LoadContext } from "../compose/load.ts";
import type { Project } from "../compose/project.ts";
import { UsageError } from "../errors.ts";

/**
 * Brings the declarations beside a compose file up to date, where somebody has made some: nobody has to remember to. On a
 * machine for continuous integration, where what is written is lost, it throws instead.
 */
export async function keepNames(
  project: Project,
  { files, environment }: Pick<LoadContext, "files" | "environment">,
): Promise<void> {
  const [file = "", ...others] = project.configFiles;
  if (others.length > 0 || file === "-" || (await files.status(declarationsPath(file))) === undefined) return;
  const isCheck = /^(1|true)$/i.test(environment["CI"] ?? "");
  const state = await declareNames(project, { isCheck, files });
  if (state === "outdated") {
    throw new UsageError(`${declarationsPath(file)} is not what the compose file says`, "npx tscompose types");
  }
}
