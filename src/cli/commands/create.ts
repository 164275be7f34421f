import { planUp } from "../../actions/up.ts";
import { change, withoutProgress } from "../change.ts";
import type { CommandModule } from "../command.ts";
import { exitCode } from "../exit-code.ts";
import { collect, oneOf } from "../go-flags.ts";
import { heedRemotes } from "../heed-remotes.ts";
import { checkUpFlags, type ReconcileFlags, reconcileOptions } from "./up-flags.ts";

interface CreateFlags extends ReconcileFlags {
  readonly quietPull?: boolean;
}

/** `create`: makes what the files say, and starts nothing. */
export const create: CommandModule<CreateFlags> = {
  declare(command) {
    command
      .argument("[service...]", "only these services, and what they depend on")
      .option("--build", "build images first")
      .option("--no-build", "never build, whatever the policy")
      .option("--force-recreate", "recreate containers even if nothing changed")
      .option("--no-recreate", "leave existing containers as they are")
      .option(
        "--pull <policy>",
        "pull images first: always, missing, never, build; policy: as each service says",
        oneOf("policy", "always", "missing", "if_not_present", "never", "build"),
      )
      .option("--quiet-pull", "do not show the progress of pulls")
      .option("--remove-orphans", "remove containers of services that the files do not declare")
      .option("--scale <service=n>", "number of containers of a service; may be repeated", collect)
      .option("-y, --yes", "answer yes to what would be asked: changed volumes are recreated, their data is lost");
  },
  async run({ args: services, flags, session }) {
    checkUpFlags(flags);
    const loaded = await session.load({ services });
    if (!(await heedRemotes(loaded, flags, session))) return exitCode.interrupted;
    const { project, environment } = loaded;
    const options = { ...reconcileOptions(services, flags, environment), environment, start: false };
    return change(session, {
      environment,
      plan: (context) => planUp(project, options, context),
      ...(flags.quietPull === true ? { filter: withoutProgress("pull-image") } : {}),
    });
  },
};
