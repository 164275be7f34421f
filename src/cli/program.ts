import { type Command, CommanderError } from "commander";
import { TscomposeError, UsageError } from "../errors.ts";
import type { CommandEntry } from "./command.ts";
import { GoFlagCommand, collect, integer, oneOf, progressKind } from "./go-flags.ts";
import type { Output } from "./io.ts";
import type { GlobalFlags } from "./project-options.ts";
import type { Session } from "./session.ts";
import { version } from "./version.ts";

/** What is here. Order is the order of `--help`. */
export const commands: readonly CommandEntry[] = [
  {
    name: "attach",
    summary: "Join the streams of a running container",
    load: async () => (await import("./commands/attach.ts")).attach,
  },
  {
    name: "build",
    summary: "Build images",
    load: async () => (await import("./commands/build.ts")).build,
  },
  {
    name: "commit",
    summary: "Make an image of a container",
    load: async () => (await import("./commands/commit.ts")).commit,
  },
  {
    name: "completion",
    summary: "Write a script that completes commands, flags and names in a shell",
    load: async () => (await import("./commands/completion.ts")).completion,
  },
  {
    name: "__complete",
    isHidden: true,
    summary: "Tell a shell what a word could become",
    load: async () => (await import("./commands/complete.ts")).complete,
  },
  {
    name: "config",
    alias: "convert",
    summary: "Show the project as it is understood, in canonical form",
    load: async () => (await import("./commands/config.ts")).config,
  },
  {
    name: "cp",
    summary: "Copy files into containers, or out of one",
    load: async () => (await import("./commands/cp.ts")).cp,
  },
  {
    name: "create",
    summary: "Create containers, start nothing",
    load: async () => (await import("./commands/create.ts")).create,
  },
  {
    name: "doctor",
    summary: "Show which engine is used, why, and what it can do",
    load: async () => (await import("./commands/doctor.ts")).doctor,
  },
  {
    name: "down",
    summary: "Stop and remove containers and networks",
    load: async () => (await import("./commands/down.ts")).down,
  },
  {
    name: "engine",
    summary: "Start, stop and look at the embedded engine",
    load: async () => (await import("./commands/engine.ts")).engine,
  },
  {
    name: "env",
    summary: "Show where services are to be found, as variables",
    load: async () => (await import("./commands/env.ts")).env,
  },
  {
    name: "events",
    summary: "Show what happens to containers, as it happens",
    load: async () => (await import("./commands/events.ts")).events,
  },
  {
    name: "exec",
    summary: "Run a command in a running container",
    load: async () => (await import("./commands/exec.ts")).exec,
  },
  {
    name: "export",
    summary: "Write the file system of a container as a tar archive",
    load: async () => (await import("./commands/export.ts")).exportCommand,
  },
  {
    name: "generate",
    summary: "Write a compose file of containers that exist",
    load: async () => (await import("./commands/generate.ts")).generate,
  },
  {
    name: "images",
    summary: "List the images of containers",
    load: async () => (await import("./commands/images.ts")).images,
  },
  {
    name: "kill",
    summary: "Send a signal to containers",
    load: async () => (await import("./commands/kill.ts")).kill,
  },
  {
    name: "lock",
    summary: "Write down in compose.lock what images and git references stand for now",
    load: async () => (await import("./commands/lock.ts")).lock,
  },
  {
    name: "login",
    summary: "Log in to a registry",
    load: async () => (await import("./commands/login.ts")).login,
  },
  {
    name: "logout",
    summary: "Log out of a registry",
    load: async () => (await import("./commands/login.ts")).logout,
  },
  {
    name: "logs",
    summary: "Show the output of containers",
    load: async () => (await import("./commands/logs.ts")).logs,
  },
  {
    name: "ls",
    summary: "List running projects",
    load: async () => (await import("./commands/ls.ts")).ls,
  },
  {
    name: "pause",
    summary: "Freeze containers",
    load: async () => (await import("./commands/pause.ts")).pause,
  },
  {
    name: "plan",
    summary: "Show what up would do, and why; change nothing",
    load: async () => (await import("./commands/plan.ts")).plan,
  },
  {
    name: "port",
    summary: "Show where a port of a container is published",
    load: async () => (await import("./commands/port.ts")).port,
  },
  {
    name: "ps",
    summary: "List containers of the project",
    load: async () => (await import("./commands/ps.ts")).ps,
  },
  {
    name: "publish",
    summary: "Send the compose files to a registry, for others to use",
    load: async () => (await import("./commands/publish.ts")).publish,
  },
  {
    name: "pull",
    summary: "Pull images",
    load: async () => (await import("./commands/pull.ts")).pull,
  },
  {
    name: "push",
    summary: "Push images",
    load: async () => (await import("./commands/push.ts")).push,
  },
  {
    name: "restart",
    summary: "Restart containers",
    load: async () => (await import("./commands/restart.ts")).restart,
  },
  {
    name: "rm",
    summary: "Remove containers that have stopped",
    load: async () => (await import("./commands/rm.ts")).rm,
  },
  {
    name: "run",
    summary: "Run one command in a container of its own",
    load: async () => (await import("./commands/run.ts")).run,
  },
  {
    name: "scale",
    summary: "Change how many containers services have",
    load: async () => (await import("./commands/scale.ts")).scale,
  },
  {
    name: "start",
    summary: "Start containers that exist",
    load: async () => (await import("./commands/start.ts")).start,
  },
  {
    name: "stats",
    summary: "Show what containers use",
    load: async () => (await import("./commands/stats.ts")).stats,
  },
  {
    name: "stop",
    summary: "Stop containers",
    load: async () => (await import("./commands/stop.ts")).stop,
  },
  {
    name: "top",
    summary: "Show what runs in containers",
    load: async () => (await import("./commands/top.ts")).top,
  },
  {
    name: "types",
    summary: "Let TypeScript know the names in the compose file",
    load: async () => (await import("./commands/types.ts")).types,
  },
  {
    name: "unpause",
    summary: "Let frozen containers go on",
    load: async () => (await import("./commands/pause.ts")).unpause,
  },
  {
    name: "up",
    summary: "Create and start containers",
    load: async () => (await import("./commands/up.ts")).up,
  },
  {
    name: "version",
    summary: "Show the version of tscompose",
    load: async () => (await import("./commands/version.ts")).version,
  },
  {
    name: "viz",
    summary: "Show how services depend on each other, as a graph for Graphviz",
    load: async () => (await import("./commands/viz.ts")).viz,
  },
  {
    name: "volumes",
    summary: "List the volumes of the project",
    load: async () => (await import("./commands/volumes.ts")).volumes,
  },
  {
    name: "wait",
    summary: "Wait until containers stop, and exit as they did",
    load: async () => (await import("./commands/wait.ts")).wait,
  },
  {
    name: "watch",
    summary: "Keep containers in step with files",
    load: async () => (await import("./commands/watch.ts")).watch,
  },
];

/** Commands of Docker Compose that tscompose does not have: typing one gets an honest answer. */
const missing: ReadonlySet<string> = new Set(["bridge"]);

/** Parses `argv` (without node and script) and runs what it says; answers with the exit code. */
export async function runProgram(
  argv: readonly string[],
  open: (flags: GlobalFlags) => Session,
  output: Pick<Output, "write" | "columns">,
): Promise<number> {
  const root = declareRoot(output);
  let code = 0;
  const prepare = async (_: Command, command: Command): Promise<void> => {
    const module = await commands.find(({ name }) => name === command.name())?.load();
    if (module === undefined) return;
    module.declare(command);
    command.option("--dry-run", "show the plan, change nothing");
    command.action(async () => {
      const { dryRun } = command.opts<GlobalFlags>();
      const implied = module.imply?.(command.opts());
      const session = open({ ...implied, ...root.opts<GlobalFlags>(), ...(dryRun === true && { dryRun }) });
      code = await module.run({ args: command.args, flags: command.opts(), session });
    });
  };
  root.hook("preSubcommand", prepare);
  root.commands.find((command) => command.name() === "alpha")?.hook("preSubcommand", prepare);
  try {
    await root.parseAsync(helpAsFlag(argv), { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return 0;
    open(root.opts()); // what was understood so far says how to tell the error
    throw asUsageError(error, root);
  }
  return code;
}

/** The command line without what its sub-commands load: global flags, names and summaries. */
export function declareRoot(output: Pick<Output, "write" | "columns">): Command {
  const root = new GoFlagCommand("tscompose")
    .usage("[OPTIONS] COMMAND")
    .description("Define and run applications of several containers")
    .helpCommand(false)
    .helpOption("-h, --help", "show help")
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => output.write(text),
      writeErr: () => {},
      getOutHelpWidth: () => output.columns ?? 100,
      getErrHelpWidth: () => output.columns ?? 100,
      getOutHasColors: () => false,
    })
    .version(`tscompose version v${version}`, "-v, --version", "show the version");
  declareGlobalFlags(root);
  for (const { name, alias, summary, isHidden = false } of commands) {
    const command = root.command(name, { hidden: isHidden }).summary(summary).description(summary);
    if (alias !== undefined) command.alias(alias);
  }
  declareAlpha(root);
  return root;
}

/** Docker Compose has some commands under a name that says that they may change. */
function declareAlpha(root: Command): void {
  const alpha = root.command("alpha", { hidden: true }).description("The same as the command without alpha");
  for (const { name, summary } of commands.filter(({ name }) => ["generate", "publish", "viz"].includes(name))) {
    alpha.command(name).summary(summary).description(summary);
  }
}

function declareGlobalFlags(root: Command): void {
  root
    .option("-f, --file <path>", "compose file, - for standard input; may be repeated", collect)
    .option("-p, --project-name <name>", "name of the project")
    .option("--project-directory <path>", "where relative paths start (default: directory of the first compose file)")
    .option("--env-file <path>", "file with variables, in place of .env; may be repeated", collect)
    .option("--profile <name>", "profile to enable; may be repeated", collect)
    .option("--engine <address>", 'engine to use: an address, the path of a socket, or "embedded"')
    .option("--parallel <n>", "most engine calls at a time, -1 for no limit", integer)
    .option("--ansi <when>", "control codes: never, always, auto", oneOf("never", "always", "auto"))
    .option("--progress <kind>", "how to show progress: auto, tty, plain, json, quiet", progressKind)
    .option("--all-resources", "keep networks, volumes, configs and secrets that no service uses")
    .option("--compatibility", "separate names with _ instead of -")
    .option("--dry-run", "show the plan, change nothing")
    .option("--verbose", "tell more, also about errors");
  root.addOption(root.createOption("--workdir <path>").hideHelp());
  root.addOption(root.createOption("--no-ansi").hideHelp());
  root.addOption(root.createOption("--insecure-registry <host>").argParser(collect).hideHelp());
}

/** `help` and `help up` mean `--help` and `up --help`. */
function helpAsFlag(argv: readonly string[]): string[] {
  if (argv.length === 0) return ["--help"];
  return argv[0] === "help" ? [...argv.slice(1, 2), "--help"] : [...argv];
}

/** commander's complaint in our form: what is wrong first, what to do next as the hint. */
function asUsageError(error: CommanderError, root: Command): TscomposeError {
  const [name = ""] = root.args;
  if (error.code === "commander.unknownCommand" && missing.has(name)) {
    const here = commands.map(({ name }) => name).join(", ");
    return new TscomposeError({
      code: "unsupported",
      message: `tscompose has no command "${name}" yet`,
      hint: `what it has: ${here}`,
    });
  }
  const [message = "", guess] = error.message.replace(/^error: /, "").split("\n");
  const command = commands.some((entry) => entry.name === name) ? ` ${name}` : "";
  const help = `see tscompose${command} --help`;
  return new UsageError(message, guess === undefined ? help : `${guess.replace(/^\(|\)$/g, "")} ${help}`);
}
