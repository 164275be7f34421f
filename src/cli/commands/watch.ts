import { withoutProgress } from "../change.ts";
import type { CommandModule } from "../command.ts";
import { exitCode } from "../exit-code.ts";
import { heedRemotes } from "../heed-remotes.ts";
import { parallelLimit } from "../project-options.ts";
import { watchHere } from "../watching.ts";

interface WatchFlags {
  readonly noUp?: boolean;
  readonly prune?: boolean;
  readonly quiet?: boolean;
  readonly verify?: boolean;
  readonly yes?: boolean;
}

/** `watch`: keeps running containers in step with files. */
export const watch: CommandModule<WatchFlags> = {
  declare(command) {
    command
      .argument("[service...]", "only these services")
      .option("--no-up", "leave what runs as it is, and only watch")
      .option("--prune", "remove images that a rebuild took the name from: yes, unless --prune=false")
      .option("--quiet", "hide the progress of builds")
      .option("--verify", "compare what containers hold after each quiet second, and repair what differs");
    command.addOption(command.createOption("-y, --yes").hideHelp());
  },
  async run({ args: services, flags, session }) {
    const loaded = await session.load({ services });
    if (!(await heedRemotes(loaded, flags, session))) return exitCode.interrupted;
    const { environment } = loaded;
    await using engine = await session.openEngine();
    await using view = await session.openView(environment);
    const emit = flags.quiet === true ? withoutProgress("build-image")(view.emit) : view.emit;
    const limit = parallelLimit(session.flags, environment);
    const up = { environment, build: "always", ...(limit === undefined ? {} : { limit }) } as const;
    const { noUp = false, verify: verifies = false, prune = true } = flags;
    const wishes = { services, up, noUp, verifies, keepsImages: !prune };
    await watchHere(session, loaded, wishes, await session.context(engine, { emit }));
    return exitCode.interrupted;
  },
};
