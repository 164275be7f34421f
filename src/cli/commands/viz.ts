import { viz as draw } from "../../actions/viz.ts";
import { UsageError } from "../../errors.ts";
import type { CommandModule } from "../command.ts";
import { exitCode } from "../exit-code.ts";
import { integer } from "../go-flags.ts";

interface VizFlags {
  readonly image?: boolean;
  readonly indentationSize: number;
  readonly networks?: boolean;
  readonly ports?: boolean;
  readonly spaces?: boolean;
}

/** `viz`, also `alpha viz`: the graph of services, for Graphviz to draw. */
export const viz: CommandModule<VizFlags> = {
  declare(command) {
    command
      .option("--image", "show the image of each service")
      .option("--indentation-size <n>", "tabs or spaces to indent with", integer, 1)
      .option("--networks", "show the networks of each service")
      .option("--ports", "show the published ports of each service")
      .option("--spaces", "indent with spaces, not tabs");
  },
  async run({ flags, session }) {
    const { indentationSize, spaces = false, ...shown } = flags;
    if (indentationSize < 0) throw new UsageError(`--indentation-size: expected 0 or more, got "${indentationSize}"`);
    const { project } = await session.load();
    session.io.stdout.write(draw(project, { ...shown, indentation: (spaces ? " " : "\t").repeat(indentationSize) }));
    return exitCode.success;
  },
};
