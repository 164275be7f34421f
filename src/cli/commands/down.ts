import { down as takeDown, type DownOptions, planDown } from "../../actions/down.ts";
import { UsageError } from "../../errors.ts";
import type { CommandModule } from "../command.ts";
import { exitCode } from "../exit-code.ts";
import { integer, oneOf } from "../go-flags.ts";
import { checkExecution } from "../outcome.ts";
import { environmentSwitch, parallelLimit } from "../project-options.ts";
import { planLines } from "../view/plan-lines.ts";

interface DownFlags {
  readonly removeOrphans?: boolean;
  readonly rmi?: "local" | "all";
  readonly timeout?: number;
  readonly volumes?: boolean;
  readonly volume?: boolean;
}

/** `down`: removes what `up` has made; with `-p` alone it needs no file. */
export const down: CommandModule<DownFlags> = {
  declare(command) {
    command
      .argument("[service...]", "only these services, and those that depend on them")
      .option("--remove-orphans", "remove containers of services that the files do not declare, too")
      .option(
        "--rmi <which>",
        "remove images: all, or local (those without a name of their own)",
        oneOf("local", "all"),
      )
      .option("-t, --timeout <seconds>", "how long a container may take to stop", integer)
      .option("-v, --volumes", "remove declared volumes and anonymous ones, too");
    command.addOption(command.createOption("--volume").hideHelp());
  },
  async run({ args: services, flags, session }) {
    if ((flags.timeout ?? 0) < 0) throw new UsageError(`--timeout: expected seconds, got "${flags.timeout}"`);
    const { name, project, environment } = await session.target();
    const options: DownOptions = {
      services,
      removeOrphans: flags.removeOrphans ?? environmentSwitch(environment, "COMPOSE_REMOVE_ORPHANS"),
      volumes: flags.volumes === true || flags.volume === true,
      ...(flags.rmi === undefined ? {} : { images: flags.rmi }),
      ...(flags.timeout === undefined ? {} : { graceMs: flags.timeout * 1000 }),
    };
    const limit = parallelLimit(session.flags, environment);
    await using engine = await session.openEngine();
    if (session.flags.dryRun === true) {
      session.print(
        planLines(await planDown(project ?? { name }, options, await session.context(engine, { emit: () => {} }))).join(
          "\n",
        ),
      );
      return exitCode.success;
    }
    await using view = await session.openView(environment);
    const context = await session.context(engine, view);
    const result = await takeDown(
      project ?? { name },
      { ...options, ...(limit === undefined ? {} : { limit }) },
      context,
    );
    if (result.plan.steps.length === 0 && result.plan.remarks.length === 0) {
      view.emit({ kind: "remark", level: "warning", message: `no resource found to remove for project "${name}"` });
    }
    checkExecution(result);
    return exitCode.success;
  },
};
