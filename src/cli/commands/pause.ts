import { planPause, planUnpause } from "../../actions/pause.ts";
import { change } from "../change.ts";
import type { CommandModule } from "../command.ts";

/** `pause`: freezes containers that run. */
export const pause: CommandModule<object> = freezing("pause", planPause);

/** `unpause`: lets frozen containers go on. */
export const unpause: CommandModule<object> = freezing("unpause", planUnpause);

function freezing(verb: string, plan: typeof planPause): CommandModule<object> {
  return {
    declare(command) {
      command.argument("[service...]", "only these services");
    },
    async run({ args: services, session }) {
      const target = await session.target();
      return change(session, {
        environment: target.environment,
        plan: (context) => plan(target, { services }, context),
        nothing: `No container to ${verb}`,
      });
    },
  };
}
