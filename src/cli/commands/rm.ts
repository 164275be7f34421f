import { planRm } from "../../actions/rm.ts";
import type { Plan } from "../../plan/plan.ts";
import { change } from "../change.ts";
import type { CommandModule } from "../command.ts";
import { confirm } from "../confirm.ts";

interface RmFlags {
  readonly force?: boolean;
  readonly stop?: boolean;
  readonly volumes?: boolean;
}

/** `rm`: removes containers that have stopped. */
export const rm: CommandModule<RmFlags> = {
  declare(command) {
    command
      .argument("[service...]", "only these services")
      .option("-f, --force", "do not ask")
      .option("-s, --stop", "stop containers that run, and remove them too")
      .option("-v, --volumes", "remove their anonymous volumes, too");
    command.addOption(command.createOption("-a, --all").hideHelp());
  },
  async run({ args: services, flags: { force = false, stop = false, volumes = false }, session }) {
    const target = await session.target();
    return change(session, {
      environment: target.environment,
      plan: (context) => planRm(target, { services, stop, volumes }, context),
      nothing: "No stopped containers",
      confirm: async (plan) => {
        const announcement = `Going to remove ${removedBy(plan).join(", ")}`;
        if (!force) return confirm(announcement, session.io);
        session.print(announcement);
        return true;
      },
    });
  },
};

function removedBy({ steps }: Plan): string[] {
  return steps.flatMap(({ operation }) => (operation.kind === "remove-container" ? [operation.name] : []));
}
