import { planPush } from "../../actions/push.ts";
import { change, withoutProgress } from "../change.ts";
import type { CommandModule } from "../command.ts";
import { checkExecution } from "../outcome.ts";

interface PushFlags {
  readonly ignorePushFailures?: boolean;
  readonly includeDeps?: boolean;
  readonly quiet?: boolean;
}

/** `push`: pushes the images that the project builds. */
export const push: CommandModule<PushFlags> = {
  declare(command) {
    command
      .argument("[service...]", "only these services")
      .option("--ignore-push-failures", "push what can be pushed, and succeed")
      .option("--include-deps", "also what these services depend on")
      .option("-q, --quiet", "do not show progress");
  },
  async run({ args: services, flags, session }) {
    const noDependencies = flags.includeDeps !== true;
    const { project, environment } = await session.load({ services, noDependencies, resolveEnvironment: false });
    return change(session, {
      environment,
      plan: (context) => planPush(project, context),
      check(run) {
        if (flags.ignorePushFailures !== true || run.outcome === "interrupted") checkExecution(run);
      },
      ...(flags.quiet === true ? { filter: withoutProgress("push-image") } : {}),
    });
  },
};
