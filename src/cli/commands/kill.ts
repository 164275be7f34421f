import { planKill } from "../../actions/kill.ts";
import { change } from "../change.ts";
import type { CommandModule } from "../command.ts";
import { environmentSwitch } from "../project-options.ts";

interface KillFlags {
  readonly removeOrphans?: boolean;
  readonly signal: string;
}

/** `kill`: sends a signal to containers. */
export const kill: CommandModule<KillFlags> = {
  declare(command) {
    command
      .argument("[service...]", "only these services")
      .option("--remove-orphans", "also containers of services that the files do not declare")
      .option("-s, --signal <signal>", "name or number of the signal", "SIGKILL");
  },
  async run({ args: services, flags, session }) {
    const target = await session.target();
    const orphans = flags.removeOrphans ?? environmentSwitch(target.environment, "COMPOSE_REMOVE_ORPHANS");
    return change(session, {
      environment: target.environment,
      plan: (context) => planKill(target, { services, orphans, signal: flags.signal }, context),
      nothing: "No container to kill",
    });
  },
};
