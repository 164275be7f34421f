import { watch as watchProject, type WatchContext } from "../../actions/watch.ts";
import { withoutProgress } from "../change.ts";
import type { CommandModule } from "../command.ts";
import { exitCode } from "../exit-code.ts";
import { parallelLimit } from "../project-options.ts";
import { showError } from "../view/problem.ts";

interface WatchFlags {
  readonly up?: boolean;
  readonly quiet?: boolean;
  readonly verify?: boolean;
}

/** `watch`: keeps running containers in step with files. */
export const watch: CommandModule<WatchFlags> = {
  declare(command) {
    command
      .argument("[service...]", "only these services")
      .option("--no-up", "leave what runs as it is, and only watch")
      .option("--quiet", "hide the progress of builds")
      .option("--verify", "compare what containers hold after each quiet second, and repair what differs");
  },
  async run({ args: services, flags, session }) {
    const reload = (): ReturnType<typeof session.load> => session.load({ services });
    const loaded = await reload();
    const { environment } = loaded;
    await using engine = await session.openEngine();
    await using view = await session.openView(environment);
    const limit = parallelLimit(session.flags, environment);
    const context: WatchContext = {
      ...(await session.context(engine, {
        emit: flags.quiet === true ? withoutProgress("build-image")(view.emit) : view.emit,
      })),
      watching: (paths) => view.emit({ kind: "remark", level: "info", message: `⦿ watching ${paths.join(", ")}` }),
      refused: (error) => showError(error, session),
    };
    const up = { environment, build: "always", ...(limit === undefined ? {} : { limit }) } as const;
    const wishes = { noUp: flags.up === false, verifies: flags.verify === true };
    await watchProject(loaded, { services, up, ...wishes, directory: session.io.workingDirectory, reload }, context);
    return exitCode.interrupted;
  },
};
