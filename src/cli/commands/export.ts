import { resolve } from "node:path";
import { exportContainer } from "../../actions/export.ts";
import { UsageError } from "../../errors.ts";
import type { CommandModule } from "../command.ts";
import { exitCode } from "../exit-code.ts";
import { integer } from "../go-flags.ts";
import { keepFile } from "../keep-file.ts";

interface ExportFlags {
  readonly index?: number;
  readonly output?: string;
}

/** `export`: writes the file system of a container as a tar archive. */
export const exportCommand: CommandModule<ExportFlags> = {
  declare(command) {
    command
      .argument("<service>", "whose container")
      .option("--index <n>", "number of the container, if the service has several", integer)
      .option("-o, --output <file>", "write to a file instead of standard output");
  },
  async run({ args: [service = ""], flags: { index, output }, session }) {
    const { io } = session;
    if (output === undefined && io.stdout.isTTY) {
      throw new UsageError("an archive is no use on a terminal", "name a file with --output, or use a pipe");
    }
    const subject = await session.target();
    await using engine = await session.openEngine();
    const context = await session.context(engine, { emit: () => {} });
    const tar = await exportContainer(subject, { service, ...(index === undefined ? {} : { index }) }, context);
    if (output !== undefined) await keepFile(tar, resolve(io.workingDirectory, output));
    else for await (const bytes of tar) io.stdout.write(bytes);
    return session.signal.aborted ? exitCode.interrupted : exitCode.success;
  },
};
