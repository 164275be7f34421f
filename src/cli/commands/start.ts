import { planStart } from "../../actions/start.ts";
import { UsageError } from "../../errors.ts";
import { change } from "../change.ts";
import type { CommandModule } from "../command.ts";
import { integer } from "../go-flags.ts";

interface StartFlags {
  readonly wait?: boolean;
  readonly waitTimeout?: number;
}

/** `start`: starts containers that exist already. */
export const start: CommandModule<StartFlags> = {
  declare(command) {
    command
      .argument("[service...]", "only these services, and what they depend on")
      .option("--wait", "wait until services run, or are healthy")
      .option("--wait-timeout <seconds>", "how long to wait for that", integer);
  },
  async run({ args: services, flags: { wait = false, waitTimeout }, session }) {
    if ((waitTimeout ?? 0) < 0) throw new UsageError(`--wait-timeout: expected seconds, got "${waitTimeout}"`);
    const target = await session.target();
    const timeout = waitTimeout === undefined ? {} : { waitTimeoutMs: waitTimeout * 1000 };
    return change(session, {
      environment: target.environment,
      plan: (context) => planStart(target, { services, wait, ...timeout }, context),
    });
  },
};
