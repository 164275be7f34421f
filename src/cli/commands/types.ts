import { declarationsPath, declareNames } from "../../actions/declare-names.ts";
import { UsageError } from "../../errors.ts";
import { systemFiles } from "../../system/files.ts";
import type { CommandModule } from "../command.ts";
import { exitCode } from "../exit-code.ts";

interface TypesFlags {
  readonly check?: boolean;
}

/** `types`: lets TypeScript know the names in the compose file. */
export const types: CommandModule<TypesFlags> = {
  declare(command) {
    command.option("--check", "write nothing, and fail when the declarations are not what the file says");
  },
  async run({ flags, session }) {
    const { project } = await session.load({ resolveEnvironment: false });
    const isCheck = flags.check === true || session.flags.dryRun === true;
    const state = await declareNames(project, { isCheck, files: systemFiles });
    const path = declarationsPath(project.configFiles[0] ?? "");
    if (state !== "outdated") {
      session.print(state === "current" ? `${path} is up to date` : `wrote ${path}`);
      return exitCode.success;
    }
    if (flags.check !== true) {
      session.print(`would write ${path}`);
      return exitCode.success;
    }
    throw new UsageError(`${path} is not what the compose file says`, "tscompose types");
  },
};
