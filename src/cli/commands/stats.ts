import { type ContainerStats, stats as measure } from "../../actions/stats.ts";
import type { CommandModule } from "../command.ts";
import { exitCode } from "../exit-code.ts";
import { formatRows, type Row } from "../view/format.ts";
import { humanBinarySize, humanSize } from "../view/human.ts";

interface StatsFlags {
  readonly all?: boolean;
  readonly format?: string;
  readonly noStream?: boolean;
  readonly noTrunc?: boolean;
}

/** `stats`: shows what containers use, about once a second. */
export const stats: CommandModule<StatsFlags> = {
  declare(command) {
    command
      .argument("[service...]", "only these services")
      .option("-a, --all", "show containers that do not run, too")
      .option("--format <format>", "table, table TEMPLATE, json (one object per line), or a Go template")
      .option("--no-stream", "measure once")
      .option("--no-trunc", "do not cut ids");
  },
  async run({ args, flags: { all = false, format = "", noStream = false, noTrunc = false }, session }) {
    const subject = await session.target();
    await using engine = await session.openEngine();
    const context = await session.context(engine, { emit: () => {} });
    const { stdout } = session.io;
    // On a terminal each round takes the place of the one before.
    const clear = stdout.isTTY && !noStream ? "\u001b[H\u001b[J" : "";
    const write = (round: readonly ContainerStats[]): void =>
      stdout.write(
        clear +
          formatRows(
            round.map((each) => toRow(each, !noTrunc)),
            format,
            { table, titles },
          ),
      );
    const options = { services: args, all, follow: !noStream };
    await measure(subject, options, { ...context, write });
    return session.signal.aborted ? exitCode.interrupted : exitCode.success;
  },
};

const table = ["ID", "Name", "CPUPerc", "MemUsage", "MemPerc", "NetIO", "BlockIO", "PIDs"]
  .map((field) => `{{.${field}}}`)
  .join("\t");

const titles = {
  BlockIO: "BLOCK I/O",
  CPUPerc: "CPU %",
  Container: "CONTAINER",
  ID: "CONTAINER ID",
  MemPerc: "MEM %",
  MemUsage: "MEM USAGE / LIMIT",
  Name: "NAME",
  NetIO: "NET I/O",
  PIDs: "PIDS",
};

function toRow(stats: ContainerStats, isCut: boolean): Row {
  const { memoryBytes, memoryLimitBytes } = stats;
  const percent = (value: number): string => `${value.toFixed(2)}%`;
  return {
    BlockIO: `${humanSize(stats.readBytes)} / ${humanSize(stats.writtenBytes)}`,
    CPUPerc: percent(stats.cpuPercent),
    Container: stats.id,
    ID: isCut ? stats.id.slice(0, 12) : stats.id,
    MemPerc: percent(memoryLimitBytes === 0 ? 0 : (memoryBytes / memoryLimitBytes) * 100),
    MemUsage: `${humanBinarySize(memoryBytes)} / ${humanBinarySize(memoryLimitBytes)}`,
    Name: stats.name,
    NetIO: `${humanSize(stats.receivedBytes)} / ${humanSize(stats.sentBytes)}`,
    PIDs: String(stats.processes),
  };
}
