import { planRestart } from "../../actions/restart.ts";
import { change } from "../change.ts";
import type { CommandModule } from "../command.ts";
import { integer } from "../go-flags.ts";

interface RestartFlags {
  readonly noDeps?: boolean;
  readonly timeout?: number;
}

/** `restart`: restarts containers as they are; changes in the files are for `up`. */
export const restart: CommandModule<RestartFlags> = {
  declare(command) {
    command
      .argument("[service...]", "only these services, and those that ask to be restarted along")
      .option("--no-deps", "leave out services that ask to be restarted along")
      .option("-t, --timeout <seconds>", "how long a container may take to stop", integer);
  },
  async run({ args: services, flags: { noDeps = false, timeout }, session }) {
    const target = await session.target();
    const grace = timeout === undefined ? {} : { graceMs: timeout * 1000 };
    return change(session, {
      environment: target.environment,
      plan: (context) => planRestart(target, { services, noDependents: noDeps, ...grace }, context),
      nothing: "No container to restart",
    });
  },
};
