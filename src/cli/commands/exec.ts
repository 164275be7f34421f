import { exec as runCommand, type ExecOptions } from "../../actions/exec.ts";
import { UsageError } from "../../errors.ts";
import type { CommandModule } from "../command.ts";
import { refuseDryRun } from "../dry-run.ts";
import { exitCode } from "../exit-code.ts";
import { collect, integer } from "../go-flags.ts";
import type { Environment } from "../project-options.ts";
import { processTerminal } from "../terminal.ts";

interface ExecFlags {
  readonly detach?: boolean;
  readonly env?: readonly string[];
  readonly index?: number;
  readonly interactive: boolean;
  readonly noTty?: boolean;
  readonly noTTY?: boolean;
  readonly privileged?: boolean;
  readonly user?: string;
  readonly workdir?: string;
}

/** `exec`: runs a command in a running container and passes on its exit code. */
export const exec: CommandModule<ExecFlags> = {
  declare(command) {
    command
      .argument("<service>", "where to run it")
      .argument("<command...>", "what to run; everything from here on is its own")
      .passThroughOptions()
      .option("-d, --detach", "leave it running in the background")
      .option(
        "-e, --env <name=value>",
        "set a variable; NAME alone takes the value from here; may be repeated",
        collect,
      )
      .option("--index <n>", "number of the container, if the service has several", integer)
      .option("-T, --no-tty", "give it no terminal (default: a terminal when both input and output are one)")
      .option("--privileged", "give it extended privileges")
      .option("-u, --user <user>", "run it as this user")
      .option("-w, --workdir <path>", "run it in this directory");
    // Spellings that scripts carry over from `docker exec -it`.
    command.addOption(command.createOption("--no-TTY").hideHelp());
    command.addOption(command.createOption("-t, --tty").hideHelp());
    command.addOption(command.createOption("-i, --interactive").default(true).hideHelp());
  },
  async run({ args, flags, session }) {
    refuseDryRun(session, "exec");
    const subject = await session.target();
    const { io, signal } = session;
    const tty = flags.noTty !== true && flags.noTTY !== true && io.stdin.isTTY && io.stdout.isTTY;
    const options = readOptions(args, flags, subject.environment);
    await using engine = await session.openEngine();
    const context = await session.context(engine, { emit: () => {} });
    const code = await runCommand(subject, { ...options, tty }, { ...context, terminal: processTerminal(io) });
    return signal.aborted ? exitCode.interrupted : code;
  },
};

function readOptions(args: readonly string[], flags: ExecFlags, environment: Environment): ExecOptions {
  const [service, ...command] = args;
  if (service === undefined || command.length === 0) {
    throw new UsageError(`expected a service and a command, got ${args.length} arguments`);
  }
  const { detach, env = [], index, interactive, privileged, user, workdir } = flags;
  return {
    service,
    command,
    interactive,
    environment: env.map((entry) => resolved(entry, environment)),
    ...(index === undefined ? {} : { index }),
    ...(detach === undefined ? {} : { detach }),
    ...(privileged === undefined ? {} : { privileged }),
    ...(user === undefined ? {} : { user }),
    ...(workdir === undefined ? {} : { workingDir: workdir }),
  };
}

/** `NAME` alone takes over the value that is known here; without one it unsets what the image says. */
function resolved(entry: string, environment: Environment): string {
  const value = environment[entry];
  return entry.includes("=") || value === undefined ? entry : `${entry}=${value}`;
}
