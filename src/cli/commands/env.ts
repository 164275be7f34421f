import { env as findVariables } from "../../actions/env.ts";
import { isolatedName } from "../../actions/isolated/isolate.ts";
import { UsageError } from "../../errors.ts";
import type { CommandModule } from "../command.ts";
import { exitCode } from "../exit-code.ts";
import { oneOf } from "../go-flags.ts";
import type { Session, Target } from "../session.ts";
import { declareIsolatedFlag, type IsolatedFlag } from "../isolation.ts";

interface EnvFlags extends IsolatedFlag {
  readonly format: "shell" | "dotenv" | "json";
}

/** `env`: where the services of a project, or of one of its copies, are to be found. */
export const env: CommandModule<EnvFlags> = {
  declare(command) {
    declareIsolatedFlag(command);
    command.option(
      "--format <format>",
      'shell (for eval "$(tscompose env)"), dotenv or json',
      oneOf("shell", "dotenv", "json"),
      "shell",
    );
  },
  async run({ flags, session }) {
    const subject = await targetOf(session, flags);
    await using engine = await session.openEngine();
    const variables = await findVariables(subject, { engine });
    session.io.stdout.write(texts[flags.format](variables));
    return exitCode.success;
  },
};

async function targetOf(session: Session, { isolated }: EnvFlags): Promise<Pick<Target, "name">> {
  if (isolated === undefined || isolated === false) return { name: (await session.target()).name };
  const { project } = await session.target();
  if (project === undefined)
    throw new UsageError("--isolated: needs the files of the project", "drop -p, or --isolated");
  return { name: isolatedName(project, isolated === true ? undefined : isolated) };
}

const texts: Readonly<Record<EnvFlags["format"], (variables: Readonly<Record<string, string>>) => string>> = {
  shell: (variables) => lines(variables, "export "),
  dotenv: (variables) => lines(variables, ""),
  json: (variables) => `${JSON.stringify(variables, undefined, 2)}\n`,
};

function lines(variables: Readonly<Record<string, string>>, prefix: string): string {
  return Object.entries(variables)
    .map(([name, value]) => `${prefix}${name}=${value}\n`)
    .join("");
}
