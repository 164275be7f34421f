import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { attach, type AttachOptions } from "../../actions/attach.ts";
import { handBackRestarts } from "../../actions/hand-back.ts";
import { carryOut, loadPlan } from "../../actions/plan.ts";
import { checkActiveServices } from "../../actions/select-containers.ts";
import { stop } from "../../actions/stop.ts";
import { criticalPath, Stopwatch } from "../../actions/timing.ts";
import { checkWatchable } from "../../actions/watchable.ts";
import { up as bringUp, planUp, type UpOptions } from "../../actions/up.ts";
import type { Loaded } from "../../compose/load.ts";
import type { Project } from "../../compose/project.ts";
import type { Context } from "../../context.ts";
import type { Emit } from "../../events.ts";
import { UsageError } from "../../errors.ts";
import type { Call, CommandModule } from "../command.ts";
import { confirm } from "../confirm.ts";
import { exitCode } from "../exit-code.ts";
import type { Io } from "../io.ts";
import { declareIsolatedFlag, isolated, type IsolatedFlag } from "../isolation.ts";
import { heedLock } from "../heed-lock.ts";
import { heedRemotes } from "../heed-remotes.ts";
import { Menu, type MenuOptions } from "../menu.ts";
import { checkExecution } from "../outcome.ts";
import { environmentSwitch, parallelLimit } from "../project-options.ts";
import { WatchSwitch } from "../watch-switch.ts";
import { attachedView } from "../view/attached.ts";
import { planLines } from "../view/plan-lines.ts";
import { showError } from "../view/problem.ts";
import { timingText } from "../view/timing.ts";
import {
  type AttachFlags,
  checkUpFlags,
  declareAttachFlags,
  declareReconcileFlags,
  type ReconcileFlags,
  reconcileOptions,
} from "./up-flags.ts";

interface UpFlags extends ReconcileFlags, AttachFlags, IsolatedFlag {
  readonly plan?: string;
  readonly quietPull?: boolean;
  readonly quietBuild?: boolean;
  readonly timing?: boolean;
}

/** `up`: makes what the files say true; stays with it, unless told to run in the background. */
export const up: CommandModule<UpFlags> = {
  declare(command) {
    declareReconcileFlags(command);
    declareAttachFlags(command);
    declareIsolatedFlag(command);
    command.option(
      "--plan <file>",
      "carry out a plan kept by plan --out, if nothing has moved since; implies --detach",
    );
    command.option("--timing", "tell what the start had to wait for, and which dependency cost most");
  },
  async run(call) {
    const { args: services, flags, session } = call;
    checkUpFlags(flags);
    if (flags.plan !== undefined) return carryOutKept(flags.plan, call);
    const { loaded, remarks } = isolated(
      await session.load({ services, noDependencies: flags.noDeps === true }),
      flags,
    );
    const options = upOptions(call, loaded);
    checkServiceFlags(flags, loaded.project);
    if (flags.watch === true) checkWatchable(loaded);
    if (!(await heedRemotes(loaded, flags, session))) return exitCode.interrupted;
    await using engine = await session.openEngine();
    await heedLock(session, loaded, engine, flags);
    if (session.flags.dryRun === true) {
      const plan = await planUp(loaded.project, options, await session.context(engine, { emit: () => {} }));
      session.print(planLines(plan).join("\n"));
      return exitCode.success;
    }
    await using view = await session.openView(loaded.environment);
    const context = await session.context(engine, { emit: quieted(view.emit, flags) });
    for (const message of remarks) context.emit({ kind: "remark", level: "info", message });
    const tell = (text: string): void => view.print("stderr", text);
    let watching: WatchSwitch | undefined;
    let isEagerForWatch = false;
    const toggleWatch = (): void => {
      if (watching !== undefined) return watching.toggle();
      isEagerForWatch = !isEagerForWatch;
      tell(isEagerForWatch ? "watching as soon as the start is over\n" : "watching no longer\n");
    };
    using menu = menuOf(call, loaded, { tell, toggleWatch });
    const start = async (within: Context): Promise<void> => {
      const stopwatch = new Stopwatch(within.clock);
      const result = await bringUp(loaded.project, options, { ...within, emit: stopwatch.listening(within.emit) });
      if (flags.timing === true) {
        const isJson = session.display(loaded.environment).progress === "json";
        view.print("stderr", timingText(criticalPath(result.plan, stopwatch.spans), { isJson }));
      }
      checkExecution(result);
      watching = watchSwitch(
        call,
        loaded,
        options,
        { ...within, signal: AbortSignal.any([within.signal, menu.detached]) },
        tell,
      );
      // As long as files are watched, what ends may come back: the start is not over.
      if (flags.watch === true) await watching.turnOn();
      else if (isEagerForWatch) watching.toggle();
    };
    if (isDetached(flags)) {
      await start(context);
      return exitCode.success;
    }
    const display = session.display(loaded.environment);
    const { emit, write } = attachedView({ ...view, emit: context.emit }, { io: session.io, display, style: flags });
    const withMenu: Emit = (event) => {
      // By now all questions have been asked.
      if (event.kind === "plan-ready" && hasMenu(call, loaded)) menu.open();
      emit(event);
    };
    await using _watching = { [Symbol.asyncDispose]: async () => watching?.[Symbol.asyncDispose]() };
    const end = await attach(
      loaded.project,
      attachOptions(services, flags),
      {
        start,
        stop: async (within) => checkExecution(await stop(loaded.project, options, within)),
        leave: (within) => handBackRestarts(loaded.project, within),
      },
      {
        ...context,
        emit: withMenu,
        write: (block) => (menu.shows(block.service) ? write(block) : undefined),
        forced: session.interrupts.takeForce(),
        detached: menu.detached,
      },
    );
    if (end.kind === "detached") view.print("stderr", `left running; see them with: tscompose ps\n`);
    if (end.kind === "interrupted") return exitCode.interrupted;
    return end.kind === "ended" ? end.exitCode : exitCode.success;
  },
};

/** A person on a terminal gets the menu, unless `--menu=false` or `COMPOSE_MENU` say otherwise. */
function hasMenu({ flags, session: { io } }: Call<UpFlags>, { environment }: Loaded): boolean {
  const isUnset = (environment["COMPOSE_MENU"] ?? "") === "";
  const isWanted = flags.menu ?? (isUnset || environmentSwitch(environment, "COMPOSE_MENU"));
  return isWanted && io.stdin.isTTY && io.stdout.isTTY;
}

function menuOf(
  { args, session: { io } }: Call<UpFlags>,
  { project }: Loaded,
  callbacks: Pick<MenuOptions, "tell" | "toggleWatch">,
): Menu {
  const services = args.length > 0 ? args : Object.keys(project.services).toSorted();
  return new Menu({ io, services, ...callbacks, signal: (signal) => void process.kill(process.pid, signal) });
}

/** Watching beside an attached `up`: rebuilds replace containers of the service alone, with all that was asked for. */
function watchSwitch(
  { session }: Call<UpFlags>,
  loaded: Loaded,
  options: UpOptions,
  context: Context,
  tell: (text: string) => void,
): WatchSwitch {
  const again = { ...options, services: [], build: "always" } as const;
  return new WatchSwitch({
    watch: async (off) => {
      const { watchHere } = await import("../watching.ts");
      const signal = AbortSignal.any([context.signal, off]);
      await watchHere(session, loaded, { up: again, noUp: true }, { ...context, signal });
    },
    failed: (error) => showError(error, session),
    tell,
  });
}

/** The plan says it all: no file is read, and a flag that would change the plan is a contradiction. */
async function carryOutKept(path: string, { args, flags, session }: Call<UpFlags>): Promise<number> {
  const others = Object.keys(flags).filter((flag) => !["plan", "detach", "dryRun"].includes(flag));
  const [other] = [...args, ...others];
  if (other !== undefined) throw new UsageError(`--plan: the plan decides, got "${other}" beside it`);
  const text = await readFile(resolve(session.io.workingDirectory, path), "utf8").catch((cause: Error) => {
    throw new UsageError(`--plan: cannot read ${path}: ${cause.message}`, "make it with: tscompose plan --out FILE");
  });
  const plan = loadPlan(text);
  if (session.flags.dryRun === true) {
    session.print(planLines(plan).join("\n"));
    return exitCode.success;
  }
  await using engine = await session.openEngine();
  await using view = await session.openView(session.io.environment);
  const limit = parallelLimit(session.flags, session.io.environment);
  const context = await session.context(engine, view);
  checkExecution(await carryOut(plan, limit === undefined ? {} : { limit }, context));
  return exitCode.success;
}

function upOptions({ args, flags, session }: Call<UpFlags>, { environment }: Loaded): UpOptions {
  const limit = parallelLimit(session.flags, environment);
  const { io } = session;
  // Without a person to ask, the answer is no: what holds data is kept.
  const asks = io.stdin.isTTY && io.stderr.isTTY && session.flags.dryRun !== true;
  return {
    ...reconcileOptions(args, flags, environment),
    restartsHere: !isDetached(flags),
    environment,
    ...(asks ? { mayLose: (volumes) => mayLose(volumes, io) } : {}),
    ...(limit === undefined ? {} : { limit }),
  };
}

async function mayLose(volumes: Parameters<NonNullable<UpOptions["mayLose"]>>[0], io: Io): Promise<boolean> {
  for (const { name, changes } of volumes) io.stderr.write(`volume "${name}" differs: ${changes.join(", ")}\n`);
  const which = volumes.length === 1 ? "it" : "them";
  return await confirm(`Make ${which} anew? All data in ${which} will be lost.`, io);
}

function isDetached({ detach, wait, noStart }: UpFlags): boolean {
  return detach === true || wait === true || noStart === true;
}

function attachOptions(services: readonly string[], flags: UpFlags): AttachOptions {
  const { attach: shown, noAttach, exitCodeFrom, attachDependencies, timestamps } = flags;
  const abortOnExit = flags.abortOnContainerExit === true || exitCodeFrom !== undefined;
  const abortOn = flags.abortOnContainerFailure === true ? "failure" : abortOnExit ? "exit" : undefined;
  return {
    services,
    attachDependencies: attachDependencies === true,
    timestamps: timestamps === true,
    ...(shown === undefined ? {} : { attach: shown }),
    ...(noAttach === undefined ? {} : { noAttach }),
    ...(exitCodeFrom === undefined ? {} : { exitCodeFrom }),
    ...(abortOn === undefined ? {} : { abortOn }),
  };
}

/** A mistyped service in a flag must not look like a service that is silent. */
function checkServiceFlags({ attach: shown = [], noAttach = [], exitCodeFrom }: UpFlags, project: Project): void {
  const named = [
    ...shown.map((service) => ["--attach", service] as const),
    ...noAttach.map((service) => ["--no-attach", service] as const),
    ...(exitCodeFrom === undefined ? [] : [["--exit-code-from", exitCodeFrom] as const]),
  ];
  for (const [flag, service] of named) checkActiveServices(project, [service], `${flag}: `);
}

function quieted(emit: Emit, { quietPull, quietBuild }: UpFlags): Emit {
  return (event) => {
    if (event.kind === "step-progress") {
      if (quietPull === true && event.step.operation === "pull-image") return;
      if (quietBuild === true && event.step.operation === "build-image") return;
    }
    emit(event);
  };
}
