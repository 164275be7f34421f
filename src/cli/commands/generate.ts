import { resolve } from "node:path";
import { generate as makeModel, printGenerated } from "../../actions/generate/generate.ts";
import type { CommandModule } from "../command.ts";
import { exitCode } from "../exit-code.ts";
import { oneOf } from "../go-flags.ts";

interface GenerateFlags {
  readonly format: "yaml" | "json";
  readonly name?: string;
  readonly projectDir?: string;
}

/** `generate`, also `alpha generate`: a compose file of containers that exist, whoever made them. */
export const generate: CommandModule<GenerateFlags> = {
  declare(command) {
    command
      .argument("[container...]", "names or ids of containers")
      .option("--format <format>", "yaml or json", oneOf("yaml", "json"), "yaml")
      .option("--name <name>", "name of the project, to be written into the file")
      .option("--project-dir <path>", "where the file will be: paths below it are written relative to it");
  },
  async run({ args, flags: { format, name, projectDir }, session }) {
    await using engine = await session.openEngine();
    const wish = {
      containers: args,
      ...(name === undefined ? {} : { name }),
      ...(projectDir === undefined ? {} : { projectDirectory: resolve(session.io.workingDirectory, projectDir) }),
    };
    const model = await makeModel(wish, { engine });
    session.io.stdout.write(printGenerated(model, format));
    return exitCode.success;
  },
};
