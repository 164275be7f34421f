import { lockProject } from "../../actions/lock.ts";
import type { CommandModule } from "../command.ts";
import { exitCode } from "../exit-code.ts";

/** `lock`: writes down what images and git references stand for now; `up --frozen` holds to it. */
export const lock: CommandModule<object> = {
  declare() {},
  async run({ session }) {
    const loaded = await session.load();
    await using engine = await session.openEngine();
    const context = await session.context(engine, { emit: () => {} });
    const changes = await lockProject(loaded, { isDry: session.flags.dryRun === true }, context);
    for (const line of changes) session.print(line);
    return exitCode.success;
  },
};
