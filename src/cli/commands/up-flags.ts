import type { Command } from "commander";
import { UsageError } from "../../errors.ts";
import type { ReconcileOptions } from "../../plan/options.ts";
import { collect, integer, oneOf } from "../go-flags.ts";
import { type Environment, environmentSwitch } from "../project-options.ts";

/** Flags that change what will be done: `up` and `plan` have them alike. */
export interface ReconcileFlags {
  readonly alwaysRecreateDeps?: boolean;
  readonly build?: boolean;
  readonly noBuild?: boolean;
  readonly forceRecreate?: boolean;
  readonly frozen?: boolean;
  readonly noRecreate?: boolean;
  readonly noDeps?: boolean;
  readonly noStart?: boolean;
  readonly pull?: string;
  readonly removeOrphans?: boolean;
  readonly renewAnonVolumes?: boolean;
  readonly scale?: readonly string[];
  readonly timeout?: number;
  readonly wait?: boolean;
  readonly waitTimeout?: number;
  readonly yes?: boolean;
}

/** Flags of `up` that are about the time after the start: attached, detached, what is shown, when to stop. */
export interface AttachFlags {
  readonly detach?: boolean;
  readonly abortOnContainerExit?: boolean;
  readonly abortOnContainerFailure?: boolean;
  readonly exitCodeFrom?: string;
  readonly attach?: readonly string[];
  readonly noAttach?: readonly string[];
  readonly attachDependencies?: boolean;
  readonly noColor?: boolean;
  readonly noLogPrefix?: boolean;
  readonly timestamps?: boolean;
  readonly watch?: boolean;
  readonly menu?: boolean;
}

/** Declares what `up` and `plan` share. */
export function declareReconcileFlags(command: Command): void {
  command
    .argument("[service...]", "only these services, and what they depend on")
    .option("--always-recreate-deps", "recreate what the named services depend on, too")
    .option("--build", "build images first")
    .option("--no-build", "never build, whatever the policy")
    .option("--frozen", "refuse images and git references that are not as compose.lock has them")
    .option("--force-recreate", "recreate containers even if nothing changed")
    .option("--no-recreate", "leave existing containers as they are")
    .option("--no-deps", "leave out what the named services depend on")
    .option("--no-start", "create, do not start")
    .option(
      "--pull <policy>",
      "pull images first: always, missing, never; policy: as each service says",
      oneOf("policy", "always", "missing", "if_not_present", "never", "build"),
    )
    .option("--remove-orphans", "remove containers of services that the files do not declare")
    .option("-V, --renew-anon-volumes", "start anonymous volumes empty, do not take over their data")
    .option("--scale <service=n>", "number of containers of a service; may be repeated", collect)
    .option("-t, --timeout <seconds>", "how long a container may take to stop", integer)
    .option("--wait", "wait until services run, or are healthy; implies --detach")
    .option("--wait-timeout <seconds>", "how long to wait for that", integer)
    .option("-y, --yes", "answer yes to what would be asked: changed volumes are recreated, their data is lost");
}

/** Declares what only `up` has. */
export function declareAttachFlags(command: Command): void {
  command
    .option("-d, --detach", "run in the background")
    .option("--abort-on-container-exit", "stop all when one exits")
    .option("--abort-on-container-failure", "stop all when one fails")
    .option("--exit-code-from <service>", "exit with the code of this service; implies --abort-on-container-exit")
    .option("--attach <service>", "show the output of this service only; may be repeated", collect)
    .option("--no-attach <service>", "do not show the output of this service; may be repeated", collect)
    .option("--attach-dependencies", "show the output of what the named services depend on, too")
    .option("--no-color", "no colours in the output of containers")
    .option("--no-log-prefix", "no names in front of lines")
    .option("--timestamps", "show the time of each line, by the engine's clock");
  for (const flags of ["--quiet-pull", "--quiet-build"]) command.option(flags, "do not show the progress of it");
  command.option("-w, --watch", "keep containers in step with files");
  command.option(
    "--menu",
    "read single keys on a terminal: d detaches, l filters, w watches (default: on; --menu=false: off)",
  );
}

type Flag = keyof (ReconcileFlags & AttachFlags);

/** Pairs that contradict each other, or where one would silently win. */
const conflicts: readonly (readonly [Flag, Flag])[] = [
  ["build", "noBuild"],
  ["forceRecreate", "noRecreate"],
  ["alwaysRecreateDeps", "noRecreate"],
  ["renewAnonVolumes", "noRecreate"],
  ["attach", "attachDependencies"],
  ["abortOnContainerExit", "abortOnContainerFailure"],
  ["noBuild", "watch"],
  ...(["detach", "wait", "noStart"] as const).flatMap((one) =>
    (
      [
        "abortOnContainerExit",
        "abortOnContainerFailure",
        "exitCodeFrom",
        "attach",
        "attachDependencies",
        "watch",
      ] as const
    ).map((other) => [one, other] as const),
  ),
];

/** Refuses flags that contradict each other, before anything is read or done. */
export function checkUpFlags(flags: ReconcileFlags & AttachFlags): void {
  for (const [one, other] of conflicts) {
    if (isGiven(flags[one]) && isGiven(flags[other])) {
      throw new UsageError(`${longName(one)} and ${longName(other)} are incompatible`, "give one of them");
    }
  }
  if ((flags.waitTimeout ?? 0) < 0)
    throw new UsageError(`--wait-timeout: expected seconds, got "${flags.waitTimeout}"`);
  if ((flags.timeout ?? 0) < 0) throw new UsageError(`--timeout: expected seconds, got "${flags.timeout}"`);
}

/** What the flags, and the variables that stand in for them, ask of the plan. */
export function reconcileOptions(
  services: readonly string[],
  flags: ReconcileFlags,
  environment: Environment,
): ReconcileOptions {
  const ignoreOrphans = environmentSwitch(environment, "COMPOSE_IGNORE_ORPHANS");
  if (ignoreOrphans && flags.removeOrphans === true) {
    throw new UsageError("COMPOSE_IGNORE_ORPHANS and --remove-orphans are incompatible");
  }
  const removeOrphans = flags.removeOrphans ?? environmentSwitch(environment, "COMPOSE_REMOVE_ORPHANS");
  const { pull, timeout, waitTimeout, scale } = flags;
  return {
    services,
    recreate: recreatePolicy(flags),
    alwaysRecreateDependencies: flags.alwaysRecreateDeps === true,
    renewAnonymousVolumes: flags.renewAnonVolumes === true,
    removeOrphans,
    ignoreOrphans: ignoreOrphans && !removeOrphans,
    start: flags.noStart !== true,
    wait: flags.wait === true,
    ...(flags.yes === undefined ? {} : { recreateVolumes: flags.yes }),
    ...(scale === undefined ? {} : { scale: Object.fromEntries(scale.map(parseScale)) }),
    ...(pull === undefined || pull === "policy" ? {} : { pull }),
    ...(flags.build === true ? { build: "always" } : {}),
    ...(flags.noBuild === true ? { build: "never" } : {}),
    ...(timeout === undefined ? {} : { graceMs: timeout * 1000 }),
    ...(waitTimeout === undefined ? {} : { waitTimeoutMs: waitTimeout * 1000 }),
  };
}

function recreatePolicy(flags: ReconcileFlags): "diverged" | "force" | "never" {
  if (flags.noRecreate === true) return "never";
  return flags.forceRecreate === true || flags.renewAnonVolumes === true ? "force" : "diverged";
}

function parseScale(text: string): readonly [service: string, replicas: number] {
  const [, service, replicas] = /^([^=]+)=(\d+)$/.exec(text) ?? [];
  if (service === undefined) throw new UsageError(`--scale: expected SERVICE=NUMBER, got "${text}"`, "--scale web=3");
  return [service, Number(replicas)];
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== false;
}

function longName(flag: Flag): string {
  return `--${flag.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
