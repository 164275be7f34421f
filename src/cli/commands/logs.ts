import { logs as readLogs, type LogsOptions } from "../../actions/logs.ts";
import { UsageError } from "../../errors.ts";
import type { Emit, ProgressEvent } from "../../events.ts";
import type { CommandModule } from "../command.ts";
import { exitCode } from "../exit-code.ts";
import { integer } from "../go-flags.ts";
import type { Io } from "../io.ts";
import { time } from "../time-flag.ts";
import { jsonLine } from "../view/json-lines.ts";
import { jsonLogLines, LogLines } from "../view/log-lines.ts";

interface LogsFlags {
  readonly follow?: boolean;
  readonly index?: number;
  readonly json?: boolean;
  readonly merge?: boolean;
  readonly noColor?: boolean;
  readonly noLogPrefix?: boolean;
  readonly since?: string;
  readonly tail: string;
  readonly timestamps?: boolean;
  readonly until?: string;
}

/** `logs`: both streams go to standard output, as in Docker Compose. */
export const logs: CommandModule<LogsFlags> = {
  declare(command) {
    command
      .argument("[service...]", "only these services")
      .option("-f, --follow", "go on with what is written from now on")
      .option("--index <n>", "number of the container, if the service has several", integer)
      .option("--json", "one JSON object a line: container, service, stream, message, and with -t the time")
      .option("--merge", "lines of all containers in the order of their times, when all are read")
      .option("--no-color", "no colours")
      .option("--no-log-prefix", "no names in front of lines")
      .option("--since <time>", "only lines since then: 2013-01-02T13:23:37Z, or 42m for 42 minutes ago", time)
      .option("-n, --tail <n>", "lines from the end of each container", "all")
      .option("-t, --timestamps", "show the time of each line")
      .option("--until <time>", "only lines before then: 2013-01-02T13:23:37Z, or 42m for 42 minutes ago", time);
  },
  async run({ args, flags, session }) {
    const options = readOptions(args, flags);
    const subject = await session.target();
    const { io, signal } = session;
    const isColored = flags.noColor !== true && session.colorsOn(io.stdout, subject.environment);
    const lines = new LogLines({ isColored, hasPrefix: flags.noLogPrefix !== true });
    const isJson = flags.json === true || session.display(subject.environment).progress === "json";
    await using engine = await session.openEngine();
    const emit: Emit = isJson ? (event) => tellAsJson(event, io) : (event) => tell(event, lines, io);
    await readLogs(subject, options, {
      ...(await session.context(engine, { emit })),
      write(block) {
        if (isJson) io.stdout.write(jsonLogLines(block, { hasTimes: options.timestamps === true }));
        else lines.write(io.stdout, block.container, block.bytes);
      },
    });
    return signal.aborted ? exitCode.interrupted : exitCode.success;
  },
};

function readOptions(services: readonly string[], flags: LogsFlags): LogsOptions {
  const { follow = false, index, since, until, timestamps = false, merge = false } = flags;
  if (merge && follow) throw new UsageError("--merge: waits until all is read, which --follow never is", "drop one");
  if (index !== undefined && services.length !== 1) throw new UsageError("--index requires one service to be selected");
  const tail = tailOf(flags.tail);
  return {
    services,
    follow,
    timestamps,
    merge,
    ...(index === undefined ? {} : { index }),
    ...(tail === undefined ? {} : { tail }),
    ...(since === undefined ? {} : { since }),
    ...(until === undefined ? {} : { until }),
  };
}

function tailOf(text: string): number | undefined {
  if (text === "all" || /^-\d+$/.test(text)) return undefined;
  if (/^\d+$/.test(text)) return Number(text);
  throw new UsageError(`--tail: expected a number or "all", got "${text}"`);
}

function tell(event: ProgressEvent, lines: LogLines, { stdout, stderr }: Io): void {
  if (event.kind === "container-attached") lines.register(event.container);
  if (event.kind === "container-exited") {
    const restarting = event.isRestarting ? " (restarting)" : "";
    lines.note(stdout, event.container, `exited with code ${event.exitCode}${restarting}`);
  }
  if (event.kind === "container-recreated") lines.note(stdout, event.container, "has been recreated");
  if (event.kind === "remark") stderr.write(`${event.message}\n`);
}

function tellAsJson(event: ProgressEvent, { stderr }: Io): void {
  const line = jsonLine(event);
  if (line !== undefined) stderr.write(`${JSON.stringify(line)}\n`);
}
