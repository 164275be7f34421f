import { cp as copy, parseCopyEnd } from "../../actions/cp.ts";
import type { CommandModule } from "../command.ts";
import { refuseDryRun } from "../dry-run.ts";
import { exitCode } from "../exit-code.ts";
import { integer } from "../go-flags.ts";
import { UsageError } from "../../errors.ts";

interface CpFlags {
  readonly all?: boolean;
  readonly archive?: boolean;
  readonly followLink?: boolean;
  readonly index?: number;
}

/** `cp`: copies files into containers, or out of one. */
export const cp: CommandModule<CpFlags> = {
  declare(command) {
    command
      .argument("<from>", "SERVICE:PATH, a path here, or - for an archive on standard input")
      .argument("<to>", "SERVICE:PATH, a path here, or - for an archive on standard output")
      .option("--all", "copy to containers made by run, too")
      .option("-a, --archive", "out of a container: keep owners; into one: give the files to its user")
      .option("-L, --follow-link", "copy what a link points to")
      .option("--index <n>", "number of the container, if the service has several", integer);
  },
  async run({ args: [from = "", to = ""], flags, session }) {
    refuseDryRun(session, "cp");
    const { all = false, archive = false, followLink = false, index } = flags;
    const { io } = session;
    const ends = { from: parseCopyEnd(from), to: parseCopyEnd(to) };
    if (ends.to.kind === "stream" && io.stdout.isTTY) {
      throw new UsageError("an archive is no use on a terminal", "name a path, or use a pipe");
    }
    const subject = await session.target();
    await using engine = await session.openEngine();
    const names = await copy(
      subject,
      {
        ...ends,
        all,
        archive,
        followLink,
        directory: io.workingDirectory,
        ...(index === undefined ? {} : { index }),
      },
      {
        ...(await session.context(engine, { emit: () => {} })),
        input: () => io.stdin,
        output: (bytes) => io.stdout.write(bytes),
        warn: (message) => io.stderr.write(`warning: ${message}\n`),
      },
    );
    for (const name of names) io.stderr.write(` ${name}  Copied ${from} to ${to}\n`);
    return session.signal.aborted ? exitCode.interrupted : exitCode.success;
  },
};
