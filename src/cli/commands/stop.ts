import { planStop } from "../../actions/stop.ts";
import { change } from "../change.ts";
import type { CommandModule } from "../command.ts";
import { integer } from "../go-flags.ts";

interface StopFlags {
  readonly timeout?: number;
}

/** `stop`: stops containers and leaves them there. */
export const stop: CommandModule<StopFlags> = {
  declare(command) {
    command
      .argument("[service...]", "only these services; what they depend on keeps running")
      .option("-t, --timeout <seconds>", "how long a container may take to stop", integer);
  },
  async run({ args: services, flags: { timeout }, session }) {
    const target = await session.target();
    const grace = timeout === undefined ? {} : { graceMs: timeout * 1000 };
    return change(session, {
      environment: target.environment,
      plan: (context) => planStop(target, { services, ...grace }, context),
    });
  },
};
