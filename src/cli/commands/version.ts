import type { CommandModule } from "../command.ts";
import { exitCode } from "../exit-code.ts";
import { oneOf } from "../go-flags.ts";
import { version as current } from "../version.ts";

interface VersionFlags {
  readonly format?: "pretty" | "json";
  readonly short?: boolean;
}

/** `version`: needs no project and no engine. */
export const version: CommandModule<VersionFlags> = {
  declare(command) {
    command
      .option("-f, --format <format>", "pretty or json", oneOf("pretty", "json"))
      .option("--short", "only the number");
  },
  run({ flags, session }) {
    session.print(render(flags));
    return Promise.resolve(exitCode.success);
  },
};

function render({ format, short }: VersionFlags): string {
  if (short === true) return current;
  return format === "json" ? JSON.stringify({ version: `v${current}` }) : `tscompose version v${current}`;
}
