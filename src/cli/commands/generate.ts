import { generate as makeModel, printGenerated } from "../../actions/generate/generate.ts";
import type { CommandModule } from "../command.ts";
import { exitCode } from "../exit-code.ts";
import { oneOf } from "../go-flags.ts";

interface GenerateFlags {
  readonly format: "yaml" | "json";
  readonly name?: string;
}

/** `generate`, also `alpha generate`: a compose file of containers that exist, whoever made them. */
export const generate: CommandModule<GenerateFlags> = {
  declare(command) {
    command
      .argument("[container...]", "names or ids of containers")
      .option("--format <format>", "yaml or json", oneOf("yaml", "json"), "yaml")
      .option("--name <name>", "name of the project, to be written into the file");
  },
  async run({ args, flags: { format, name }, session }) {
    await using engine = await session.openEngine();
    const model = await makeModel({ containers: args, ...(name === undefined ? {} : { name }) }, { engine });
    session.io.stdout.write(printGenerated(model, format));
    return exitCode.success;
  },
};
