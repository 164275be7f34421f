import { planPause } from "../../actions/pause.ts";
import { change } from "../change.ts";
import type { CommandModule } from "../command.ts";

/** `pause`: freezes containers that run. */
export const pause: CommandModule<object> = {
  declare(command) {
    command.argument("[service...]", "only these services");
  },
  async run({ args: services, session }) {
    const target = await session.target();
    return change(session, {
      environment: target.environment,
      plan: (context) => planPause(target, { services }, context),
      nothing: "No container to pause",
    });
  },
};
