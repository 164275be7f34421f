import { planUnpause } from "../../actions/pause.ts";
import { change } from "../change.ts";
import type { CommandModule } from "../command.ts";

/** `unpause`: lets frozen containers go on. */
export const unpause: CommandModule<object> = {
  declare(command) {
    command.argument("[service...]", "only these services");
  },
  async run({ args: services, session }) {
    const target = await session.target();
    return change(session, {
      environment: target.environment,
      plan: (context) => planUnpause(target, { services }, context),
      nothing: "No container to unpause",
    });
  },
};
