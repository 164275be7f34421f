import { lockProject } from "../../actions/lock.ts";
import type { CommandModule } from "../command.ts";
import { exitCode } from "../exit-code.ts";
import { registriesOf } from "../heed-lock.ts";

/** `lock`: writes down what images and git references stand for now; `up --frozen` holds to it. */
export const lock: CommandModule<object> = {
  declare() {},
  async run({ session }) {
    const loaded = await session.load();
    await using engine = await session.openEngine();
    const context = { ...(await session.context(engine, { emit: () => {} })), ...registriesOf(session, loaded) };
    const { changes, warnings } = await lockProject(loaded, { isDry: session.flags.dryRun === true }, context);
    const { sources, environment } = loaded;
    await session.warn({ warnings, sources, environment });
    for (const line of changes) session.print(line);
    return exitCode.success;
  },
};
