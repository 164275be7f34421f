import { down } from "../../actions/down.ts";
import { wait as waitFor } from "../../actions/wait.ts";
import type { Engine } from "../../engine/engine.ts";
import type { CommandModule } from "../command.ts";
import { refuseDryRun } from "../dry-run.ts";
import { checkExecution } from "../outcome.ts";
import type { Session, Target } from "../session.ts";

interface WaitFlags {
  readonly downProject?: boolean;
}

/** `wait`: blocks until containers stop, and exits as they did. */
export const wait: CommandModule<WaitFlags> = {
  declare(command) {
    command
      .argument("<service...>", "for whom to wait")
      .option("--down-project", "take the project down when the first of them has stopped");
  },
  async run({ args: services, flags: { downProject = false }, session }) {
    if (downProject) refuseDryRun(session, "wait --down-project");
    const target = await session.target();
    await using engine = await session.openEngine();
    const context = await session.context(engine, { emit: () => {} });
    const code = await waitFor(
      target,
      { services, until: downProject ? "first" : "all" },
      {
        ...context,
        tell: ({ id, exitCode }) => session.print(`container "${id}" exited with status code ${exitCode}`),
      },
    );
    if (downProject) await takeDown(session, engine, target);
    return code;
  },
};

async function takeDown(session: Session, engine: Engine, { name, project, environment }: Target): Promise<void> {
  const show = async (): ReturnType<typeof down> => {
    await using view = await session.openView(environment);
    return await down(project ?? { name }, { removeOrphans: true }, await session.context(engine, view));
  };
  checkExecution(await show());
}
