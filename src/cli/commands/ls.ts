import { ls as listProjects } from "../../actions/ls.ts";
import { UsageError } from "../../errors.ts";
import type { CommandModule } from "../command.ts";
import { exitCode } from "../exit-code.ts";
import { collect } from "../go-flags.ts";
import { formatList } from "../view/format.ts";

interface LsFlags {
  readonly all?: boolean;
  readonly filter?: readonly string[];
  readonly format?: string;
  readonly quiet?: boolean;
}

/** `ls`: lists the projects of an engine; reads no compose file. */
export const ls: CommandModule<LsFlags> = {
  declare(command) {
    command
      .option("-a, --all", "show projects of which nothing runs too")
      .option("--filter <key=value>", "show only what fits: name=REGEXP; may be repeated", collect)
      .option("--format <format>", "table or json")
      .option("-q, --quiet", "show only names");
  },
  async run({ flags, session }) {
    const names = (flags.filter ?? []).map(nameOfFilter);
    await using engine = await session.openEngine();
    const context = await session.context(engine, { emit: () => {} });
    const projects = await listProjects({ all: flags.all === true, names }, context);
    if (flags.quiet === true) {
      session.io.stdout.write(projects.map(({ name }) => `${name}\n`).join(""));
      return exitCode.success;
    }
    const rows = projects.map(
      ({ name, status, configFiles }) => [name, status, configFiles.join(",") || "N/A"] as const,
    );
    const json = rows.map(([Name, Status, ConfigFiles]) => ({ Name, Status, ConfigFiles }));
    session.io.stdout.write(formatList(flags.format ?? "", { header: ["NAME", "STATUS", "CONFIG FILES"], rows, json }));
    return exitCode.success;
  },
};

function nameOfFilter(filter: string): string {
  const [key, value] = filter.split(/=(.*)/s);
  if (value === undefined) throw new UsageError(`--filter: expected KEY=VALUE, got "${filter}"`, "--filter name=^web");
  if (key !== "name") throw new UsageError(`--filter: unknown filter "${key}"`, "--filter name=^web");
  return value;
}
