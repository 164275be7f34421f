import { planUp } from "../../actions/up.ts";
import { UsageError } from "../../errors.ts";
import { change } from "../change.ts";
import type { CommandModule } from "../command.ts";
import { exitCode } from "../exit-code.ts";
import { heedRemotes } from "../heed-remotes.ts";
import { environmentSwitch } from "../project-options.ts";

interface ScaleFlags {
  readonly noDeps?: boolean;
  readonly yes?: boolean;
}

/** `scale`: makes more or fewer containers of a service; builds nothing. */
export const scale: CommandModule<ScaleFlags> = {
  declare(command) {
    command
      .argument("<service=n...>", "services, and how many containers each shall have")
      .option("--no-deps", "leave out what they depend on");
    command.addOption(command.createOption("-y, --yes").hideHelp());
  },
  async run({ args, flags, session }) {
    const wanted = Object.fromEntries(args.map(parseScale));
    const services = Object.keys(wanted).sort();
    const loaded = await session.load({ services, noDependencies: flags.noDeps === true });
    if (!(await heedRemotes(loaded, flags, session))) return exitCode.interrupted;
    const { project, environment } = loaded;
    const ignoreOrphans = environmentSwitch(environment, "COMPOSE_IGNORE_ORPHANS");
    const options = { services, scale: wanted, build: "never", ignoreOrphans, environment } as const;
    return change(session, { environment, plan: (context) => planUp(project, options, context) });
  },
};

function parseScale(text: string): readonly [service: string, replicas: number] {
  const [, service, replicas] = /^([^=]+)=(\d+)$/.exec(text) ?? [];
  if (service === undefined) throw new UsageError(`expected SERVICE=NUMBER, got "${text}"`, "tscompose scale web=3");
  return [service, Number(replicas)];
}
