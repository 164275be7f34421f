import { type ContainerProcesses, top as listProcesses } from "../../actions/top.ts";
import type { CommandModule } from "../command.ts";
import { exitCode } from "../exit-code.ts";
import { renderTable } from "../view/table.ts";

/** `top`: shows what runs in containers. */
export const top: CommandModule<object> = {
  declare(command) {
    command.argument("[service...]", "only these services");
  },
  async run({ args, session }) {
    const subject = await session.target();
    await using engine = await session.openEngine();
    const context = await session.context(engine, { emit: () => {} });
    const { header, rows } = merged(await listProcesses(subject, { services: args }, context));
    if (rows.length > 0) session.io.stdout.write(renderTable(header, rows, { minWidth: 4, padding: 2 }));
    return exitCode.success;
  },
};

/** One table for all: engines may choose other columns for each container; the command is the longest and comes last. */
function merged(containers: readonly ContainerProcesses[]): {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
} {
  const known = new Set(containers.flatMap(({ titles }) => titles));
  const titles = [...[...known].filter((title) => title !== "CMD"), ...(known.has("CMD") ? ["CMD"] : [])];
  const rows = containers.flatMap(({ service, number, titles: own, processes }) =>
    processes.map((cells) => [service, `${number ?? ""}`, ...titles.map((title) => cells[own.indexOf(title)] ?? "-")]),
  );
  return { header: ["SERVICE", "#", ...titles], rows };
}
