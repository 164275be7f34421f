import { commit as makeImage } from "../../actions/commit.ts";
import type { CommandModule } from "../command.ts";
import { refuseDryRun } from "../dry-run.ts";
import { exitCode } from "../exit-code.ts";
import { collect, integer } from "../go-flags.ts";

interface CommitFlags {
  readonly author?: string;
  readonly change?: readonly string[];
  readonly index?: number;
  readonly message?: string;
  readonly pause: boolean;
}

/** `commit`: makes an image of a container. */
export const commit: CommandModule<CommitFlags> = {
  declare(command) {
    command
      .argument("<service>", "whose container")
      .argument("[image]", "name of the image, as repository:tag")
      .option("-a, --author <author>", "who made it")
      .option("-c, --change <instruction>", "instruction of a Dockerfile to apply; may be repeated", collect)
      .option("--index <n>", "number of the container, if the service has several", integer)
      .option("-m, --message <message>", "what it is")
      .option("-p, --pause", "pause the container meanwhile; --pause=false does not", true);
  },
  async run({ args: [service = "", reference], flags, session }) {
    refuseDryRun(session, "commit");
    const { author, change: changes = [], index, message, pause } = flags;
    const subject = await session.target();
    await using engine = await session.openEngine();
    const context = await session.context(engine, { emit: () => {} });
    const { container, id } = await makeImage(
      subject,
      {
        service,
        changes,
        pause,
        ...(index === undefined ? {} : { index }),
        ...(reference === undefined ? {} : { reference }),
        ...(author === undefined ? {} : { author }),
        ...(message === undefined ? {} : { comment: message }),
      },
      context,
    );
    session.io.stderr.write(` ${container}  Committed as ${id}\n`);
    return exitCode.success;
  },
};
