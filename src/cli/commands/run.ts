import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { type ConversationEnd, converse } from "../../actions/converse.ts";
import { parseVariables, splitWords } from "../../actions/variables.ts";
import { type PlannedRun, planRun, type RunOptions } from "../../actions/run.ts";
import { runPlan } from "../../actions/run-plan.ts";
import type { Engine } from "../../engine/engine.ts";
import { UsageError } from "../../errors.ts";
import type { Emit } from "../../events.ts";
import type { Call, CommandModule } from "../command.ts";
import { exitCode } from "../exit-code.ts";
import { collect, oneOf } from "../go-flags.ts";
import { heedRemotes } from "../heed-remotes.ts";
import { checkExecution } from "../outcome.ts";
import { type Environment, environmentSwitch } from "../project-options.ts";
import type { Session } from "../session.ts";
import { forwardSignals, processTerminal } from "../terminal.ts";
import { planLines } from "../view/plan-lines.ts";

interface RunFlags {
  readonly build?: boolean;
  readonly capAdd?: readonly string[];
  readonly capDrop?: readonly string[];
  readonly detach?: boolean;
  readonly entrypoint?: string;
  readonly env?: readonly string[];
  readonly envFromFile?: readonly string[];
  readonly interactive: boolean;
  readonly label?: readonly string[];
  readonly name?: string;
  readonly noDeps?: boolean;
  readonly noTty?: boolean;
  readonly noTTY?: boolean;
  readonly publish?: readonly string[];
  readonly pull?: string;
  readonly quiet?: boolean;
  readonly quietBuild?: boolean;
  readonly quietPull?: boolean;
  readonly removeOrphans?: boolean;
  readonly rm?: boolean;
  readonly servicePorts?: boolean;
  readonly tty?: boolean;
  readonly useAliases?: boolean;
  readonly user?: string;
  readonly volume?: readonly string[];
  readonly workdir?: string;
  readonly yes?: boolean;
}

/** `run`: runs one command in a container of its own, made as a service says, and passes on its exit code. */
export const run: CommandModule<RunFlags> = {
  declare(command) {
    command
      .argument("<service>", "the service to make it of")
      .argument("[command...]", "what to run; everything from here on is its own")
      .passThroughOptions()
      .option("--build", "build images first")
      .option("--cap-add <capability>", "add a capability; may be repeated", collect)
      .option("--cap-drop <capability>", "drop a capability; may be repeated", collect)
      .option("-d, --detach", "run in the background and print the id of the container")
      .option("--entrypoint <words>", "use this entrypoint instead, without the service's command")
      .option(
        "-e, --env <name=value>",
        "set a variable; NAME alone takes the value from here; may be repeated",
        collect,
      )
      .option("--env-from-file <path>", "set variables from a file; may be repeated", collect)
      .option("-i, --interactive", "pass on input; --interactive=false does not", true)
      .option("-l, --label <name=value>", "add a label; may be repeated", collect)
      .option("--name <name>", "name of the container")
      .option("--no-deps", "leave out what the service depends on")
      .option("-T, --no-tty", "give it no terminal (default: a terminal when both input and output are one)")
      .option("-p, --publish <port>", "publish a port, as 8080:80; may be repeated", collect)
      .option(
        "--pull <policy>",
        "pull images first: always, missing, never; policy: as each service says",
        oneOf("policy", "always", "missing", "if_not_present", "never", "build"),
      )
      .option("-q, --quiet", "show nothing but what the command itself prints")
      .option("--quiet-build", "do not show the progress of builds")
      .option("--quiet-pull", "do not show the progress of pulls")
      .option("--remove-orphans", "remove containers of services that the files do not declare")
      .option("--rm", "remove the container when it has ended")
      .option("-P, --service-ports", "publish the ports of the service")
      .option("--use-aliases", "let it answer to the names of the service, too")
      .option("-u, --user <user>", "run it as this user")
      .option("-v, --volume <volume>", "mount something, as ./data:/data; may be repeated", collect)
      .option("-w, --workdir <path>", "run it in this directory");
    command.addOption(command.createOption("-t, --tty").hideHelp());
    command.addOption(command.createOption("--no-TTY").hideHelp());
    command.addOption(command.createOption("-y, --yes").hideHelp());
  },
  async run(call) {
    const { args, flags, session } = call;
    const [service = ""] = args;
    const loaded = await session.load({
      services: [service],
      noDependencies: flags.noDeps === true,
      allResources: true, // a volume of the project may be mounted by a flag only
    });
    if (!(await heedRemotes(loaded, flags, session))) return exitCode.interrupted;
    const { project, environment } = loaded;
    const options = await readOptions(call, environment);
    await using engine = await session.openEngine();
    const context = await session.context(engine, { emit: () => {} });
    const planned = await planRun(project, options, context);
    if (session.flags.dryRun === true) {
      session.print(planLines(planned.plan).join("\n"));
      return exitCode.success;
    }
    await carryOut(call, flags.detach === true ? planned.plan : planned.preparation, { engine, environment });
    if (flags.detach !== true) return await talk(session, engine, planned, options);
    session.print((await engine.inspectContainer(planned.container))?.Id ?? planned.container);
    return exitCode.success;
  },
};

async function carryOut(
  { flags, session }: Call<RunFlags>,
  plan: PlannedRun["plan"],
  { engine, environment }: { readonly engine: Engine; readonly environment: Environment },
): Promise<void> {
  const show = async (): ReturnType<typeof runPlan> => {
    await using view = await session.openView(environment);
    const context = await session.context(engine, { emit: quieted(view.emit, flags) });
    return await runPlan(plan, { ...context, environment });
  };
  checkExecution(await show());
}

function quieted(emit: Emit, { quiet, quietBuild, quietPull }: RunFlags): Emit {
  return (event) => {
    if (quiet === true && event.kind !== "remark") return;
    const isProgressOf = (kind: string): boolean =>
      (event.kind === "step-progress" || event.kind === "build") && event.step.operation === kind;
    if ((quietPull === true && isProgressOf("pull-image")) || (quietBuild === true && isProgressOf("build-image")))
      return;
    emit(event);
  };
}

/** The container's own now: Ctrl-C and other signals are for it, and its exit code is ours. */
async function talk(session: Session, engine: Engine, planned: PlannedRun, options: RunOptions): Promise<number> {
  const { container, hooks } = planned;
  const forced = session.interrupts.takeForce();
  using _ = forwardSignals((signal) => void engine.killContainer(container, { signal }).catch(() => {}));
  const runHooks = async (): Promise<void> =>
    checkExecution(await runPlan(hooks, { engine, emit: () => {}, signal: forced }));
  const end: ConversationEnd = await converse(
    {
      container,
      tty: options.tty,
      interactive: options.interactive,
      ...(hooks.steps.length === 0 ? {} : { onStarted: runHooks }),
    },
    { engine, terminal: processTerminal(session.io), signal: forced },
  );
  return end.kind === "exited" ? end.exitCode : exitCode.success;
}

async function readOptions({ args, flags, session }: Call<RunFlags>, environment: Environment): Promise<RunOptions> {
  const [service = "", ...command] = args;
  if (flags.publish !== undefined && flags.servicePorts === true) {
    throw new UsageError("--service-ports and --publish are incompatible", "give one of them");
  }
  const { pull, name, user, workdir, entrypoint, label } = flags;
  return {
    service,
    tty: wantsTty(flags, session),
    interactive: flags.interactive,
    detach: flags.detach === true,
    autoRemove: flags.rm === true,
    useAliases: flags.useAliases === true,
    removeOrphans: flags.removeOrphans === true,
    ignoreOrphans: environmentSwitch(environment, "COMPOSE_IGNORE_ORPHANS"),
    directory: session.io.workingDirectory,
    environment,
    ...(name === undefined ? {} : { name }),
    ...(pull === undefined || pull === "policy" ? {} : { pull }),
    ...(flags.build === true ? { build: "always" } : {}),
    overrides: {
      command,
      environment: await variablesOf(flags, session, environment),
      capAdd: flags.capAdd ?? [],
      capDrop: flags.capDrop ?? [],
      volumes: flags.volume ?? [],
      ports: flags.publish ?? [],
      servicePorts: flags.servicePorts === true,
      ...(entrypoint === undefined ? {} : { entrypoint: splitWords(entrypoint, "--entrypoint") }),
      ...(label === undefined ? {} : { labels: Object.fromEntries(label.map(parseLabel)) }),
      ...(user === undefined ? {} : { user }),
      ...(workdir === undefined ? {} : { workingDir: workdir }),
    },
  };
}

function wantsTty({ tty, noTty, noTTY, interactive, detach }: RunFlags, { io }: Session): boolean {
  const isOff = noTty === true || noTTY === true || tty === false;
  if (tty === true && (noTty === true || noTTY === true)) {
    throw new UsageError("--tty and --no-tty are incompatible", "give one of them");
  }
  if (isOff) return false;
  if (tty === undefined) return io.stdin.isTTY && io.stdout.isTTY;
  if (interactive && detach !== true && !io.stdin.isTTY) {
    throw new UsageError("cannot attach stdin to a TTY-enabled container because stdin is not a terminal", "use -T");
  }
  return true;
}

/** `--env` wins over `--env-from-file`; a name that nothing here gives a value is left out. */
async function variablesOf(
  { env = [], envFromFile = [] }: RunFlags,
  { io }: Session,
  environment: Environment,
): Promise<Record<string, string>> {
  const variables = new Map<string, string>();
  for (const entry of env) {
    const equals = entry.indexOf("=");
    const name = equals === -1 ? entry : entry.slice(0, equals);
    const value = equals === -1 ? environment[name] : entry.slice(equals + 1);
    if (value !== undefined) variables.set(name, value);
  }
  for (const path of envFromFile) {
    const text = await readFile(resolve(io.workingDirectory, path), "utf8").catch((cause: unknown) => {
      throw new UsageError(`--env-from-file: cannot read ${path}`, cause instanceof Error ? cause.message : undefined);
    });
    const lookup = (name: string): string | undefined => variables.get(name) ?? environment[name];
    for (const [name, value] of parseVariables(text, path, lookup)) {
      if (!variables.has(name)) variables.set(name, value);
    }
  }
  return Object.fromEntries(variables);
}

function parseLabel(text: string): readonly [name: string, value: string] {
  const equals = text.indexOf("=");
  if (equals < 1) throw new UsageError(`--label: expected NAME=VALUE, got "${text}"`);
  return [text.slice(0, equals), text.slice(equals + 1)];
}
