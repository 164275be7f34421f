import { planPull } from "../../actions/pull.ts";
import type { PlanRun } from "../../actions/run-plan.ts";
import type { Project } from "../../compose/project.ts";
import { TscomposeError } from "../../errors.ts";
import { change, withoutProgress } from "../change.ts";
import type { CommandModule } from "../command.ts";
import { oneOf } from "../go-flags.ts";
import { checkExecution } from "../outcome.ts";

interface PullFlags {
  readonly ignoreBuildable?: boolean;
  readonly ignorePullFailures?: boolean;
  readonly includeDeps?: boolean;
  readonly policy?: "missing" | "always";
  readonly quiet?: boolean;
}

/** `pull`: pulls the images that services name. */
export const pull: CommandModule<PullFlags> = {
  declare(command) {
    command
      .argument("[service...]", "only these services")
      .option("--ignore-buildable", "leave out images that the project can build")
      .option("--ignore-pull-failures", "pull what can be pulled, and succeed")
      .option("--include-deps", "also what these services depend on")
      .option("--policy <policy>", "missing or always, whatever the services say", oneOf("missing", "always"))
      .option("-q, --quiet", "do not show progress");
    for (const flag of ["--parallel", "--no-parallel"]) command.addOption(command.createOption(flag).hideHelp());
  },
  async run({ args: services, flags, session }) {
    const { ignoreBuildable = false, ignorePullFailures = false, includeDeps = false, policy } = flags;
    const { project, environment } = await session.load({
      services,
      noDependencies: !includeDeps,
      resolveEnvironment: false,
    });
    const options = { ignoreBuildable, environment, ...(policy === undefined ? {} : { policy }) };
    return change(session, {
      environment,
      plan: (context) => planPull(project, options, context),
      check: (run) => checkPulls(run, project, ignorePullFailures),
      ...(flags.quiet === true ? { filter: withoutProgress("pull-image") } : {}),
    });
  },
};

/** Images that no registry has, but the project can build, are a reason to say so. */
function checkPulls(run: PlanRun, { services }: Project, ignoresFailures: boolean): void {
  const failed = run.steps.filter(({ kind }) => kind === "failed").map(({ step: { operation } }) => operation);
  const images = new Set(failed.flatMap((each) => (each.kind === "pull-image" ? [each.image] : [])));
  if (ignoresFailures && run.outcome !== "interrupted") return;
  const buildable = Object.values(services).filter(
    ({ image, build }) => build !== undefined && images.has(image ?? ""),
  );
  try {
    checkExecution(run);
  } catch (error) {
    if (buildable.length === 0 || !(error instanceof TscomposeError)) throw error;
    const names = buildable.map(({ name }) => name).join(" ");
    throw new TscomposeError({
      code: error.code,
      message: error.message,
      hint: `build them instead: tscompose build ${names}`,
      cause: error,
    });
  }
}
