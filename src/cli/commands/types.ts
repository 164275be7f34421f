import { declarationsPath, declareNames } from "../../actions/declare-names.ts";
import type { Project } from "../../compose/project.ts";
import { UsageError } from "../../errors.ts";
import { systemFiles } from "../../system/files.ts";
import type { CommandModule } from "../command.ts";
import { exitCode } from "../exit-code.ts";
import type { Session } from "../session.ts";

interface TypesFlags {
  readonly check?: boolean;
}

/** `types`: lets TypeScript know the names in the compose file. */
export const types: CommandModule<TypesFlags> = {
  declare(command) {
    command.option("--check", "write nothing, and fail when the declarations are not what the file says");
  },
  async run({ flags, session }) {
    const project = await loadOneFile(session);
    const isCheck = flags.check === true || session.flags.dryRun === true;
    const state = await declareNames(project, { isCheck, files: systemFiles });
    const path = declarationsPath(project.configFiles[0] ?? "");
    if (state === "current" || state === "written") {
      session.print(state === "current" ? `${path} is up to date` : `wrote ${path}`);
      return exitCode.success;
    }
    if (flags.check !== true) {
      session.print(`would write ${path}`);
      return exitCode.success;
    }
    const what = state === "missing" ? "does not exist yet" : "is not what the compose file says";
    throw new UsageError(`${path} ${what}`, "tscompose types");
  },
};

/** What a test gets that starts the file by its name: the file without those that the command line finds beside it. */
async function loadOneFile(session: Session): Promise<Project> {
  const own = { resolveEnvironment: false };
  const { project } = await session.load(own);
  const [file, ...others] = project.configFiles;
  if (file === undefined || others.length === 0) return project;
  session.io.stderr.write(`warning: declarations are of ${file} alone: ${others.join(", ")} left out\n`);
  const { load } = await import("../../actions/load-project.ts");
  return (await load(...(await session.loading({ ...own, files: [file] })))).project;
}
