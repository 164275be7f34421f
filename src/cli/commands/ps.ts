import { ps as listContainers } from "../../actions/ps.ts";
import { UsageError } from "../../errors.ts";
import type { CommandModule } from "../command.ts";
import { exitCode } from "../exit-code.ts";
import { collect } from "../go-flags.ts";
import { containerFormat, containerRow } from "../view/container-row.ts";
import { formatRows } from "../view/format.ts";

interface PsFlags {
  readonly all?: boolean;
  readonly filter?: string;
  readonly format?: string;
  readonly noTrunc?: boolean;
  readonly orphans: boolean;
  readonly quiet?: boolean;
  readonly services?: boolean;
  readonly status?: readonly string[];
}

const states = ["created", "running", "paused", "restarting", "removing", "exited", "dead"];

/** `ps`: lists containers, with one call to the engine. */
export const ps: CommandModule<PsFlags> = {
  declare(command) {
    command
      .argument("[service...]", "only these services")
      .option("-a, --all", "show stopped containers too, and those made by run")
      .option("--filter <key=value>", "show only what fits: status=STATE")
      .option("--format <format>", "table, table TEMPLATE, json (one object per line), raw, or a Go template")
      .option("--no-trunc", "do not cut long columns")
      .option("--orphans", "include services that the files do not declare; --orphans=false leaves them out", true)
      .option("-q, --quiet", "show only ids")
      .option("--services", "show only the names of the services")
      .option("--status <state>", `show only containers in this state: ${states.join(", ")}; may be repeated`, collect);
  },
  async run({ args, flags, session }) {
    const wanted = statesOf(flags);
    const subject = await session.target();
    await using engine = await session.openEngine();
    const context = await session.context(engine, { emit: () => {} });
    const { all = false, orphans } = flags;
    const containers = await listContainers(subject, { services: args, all, states: wanted, orphans }, context);
    if (flags.quiet === true) session.io.stdout.write(containers.map(({ id }) => `${id}\n`).join(""));
    else if (flags.services === true) session.io.stdout.write(lines(containers.map(({ service }) => service)));
    else {
      const view = { nowMs: context.clock.now(), isCut: flags.noTrunc !== true };
      const rows = containers.map((container) => containerRow(container, view));
      session.io.stdout.write(formatRows(rows, flags.format ?? "", containerFormat(containers)));
    }
    return exitCode.success;
  },
};

function statesOf({ filter, status = [] }: PsFlags): readonly string[] {
  const wanted = [...status, ...(filter === undefined ? [] : [stateOfFilter(filter)])];
  const unknown = wanted.find((state) => !states.includes(state));
  if (unknown === undefined) return wanted;
  throw new UsageError(`--status: expected one of ${states.join(", ")}, got "${unknown}"`);
}

function stateOfFilter(filter: string): string {
  const [key, value] = filter.split(/=(.*)/s);
  if (value === undefined)
    throw new UsageError(`--filter: expected KEY=VALUE, got "${filter}"`, "--filter status=running");
  if (key !== "status") throw new UsageError(`--filter: unknown filter "${key}"`, "--filter status=running");
  return value;
}

function lines(names: readonly string[]): string {
  return [...new Set(names)].map((name) => `${name}\n`).join("");
}
