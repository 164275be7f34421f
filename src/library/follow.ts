import type { ProjectOrName } from "../actions/down.ts";
import { type ContainerEvent, events as followEvents, type EventsOptions } from "../actions/events.ts";
import { type LogBlock, logs as readLogs, type LogsOptions } from "../actions/logs.ts";
import { type ContainerStats, stats as measure, type StatsOptions } from "../actions/stats.ts";
import type { Context } from "../context.ts";
import type { LogLine } from "../events.ts";
import { handover } from "./handover.ts";
import { subjectOf } from "./subject.ts";

/**
 * Lines that containers have written, with `follow` also those to come. It ends when there is nothing more to come, when
 * the signal fires, or with a `break`.
 */
export function logs(
  project: ProjectOrName,
  options: LogsOptions,
  context: Context,
): AsyncGenerator<LogLine, void, undefined> {
  const { timestamps = false } = options;
  return handover(async (give, signal) => {
    const write = async (block: LogBlock): Promise<void> => {
      for (const line of linesOf(block, timestamps)) await give(line);
    };
    await readLogs(subjectOf(project), options, { ...context, signal, write });
  }, context.signal);
}

/** What happens to a project's containers, as it happens, until `until`, the signal, or a `break`. */
export function events(
  project: ProjectOrName,
  options: EventsOptions,
  context: Context,
): AsyncGenerator<ContainerEvent, void, undefined> {
  const follow = (give: (event: ContainerEvent) => Promise<void>, signal: AbortSignal): Promise<void> =>
    followEvents(subjectOf(project), options, { ...context, signal, write: give });
  return handover(follow, context.signal);
}

/** What containers use: one round, or with `follow` one after the other until the signal or a `break`. */
export function stats(
  project: ProjectOrName,
  options: StatsOptions,
  context: Context,
): AsyncGenerator<readonly ContainerStats[], void, undefined> {
  return handover<readonly ContainerStats[]>(
    async (give, signal) => {
      const write = (round: readonly ContainerStats[]): void => void give(round);
      await measure(subjectOf(project), options, { ...context, signal, write });
    },
    context.signal,
    // A round that nobody has taken yet is old news when the next one comes: nobody has to wait.
    { isLatestOnly: true },
  );
}

function linesOf({ container, service, stream, bytes }: LogBlock, hasTimes: boolean): readonly LogLine[] {
  const lines = Buffer.from(bytes).toString("utf8").replace(/\n$/, "").split("\n");
  return lines.map((line) => {
    const about = { kind: "log", container, service, stream } as const;
    if (!hasTimes) return { ...about, line };
    const end = line.indexOf(" ");
    return { ...about, line: line.slice(end + 1), timestamp: line.slice(0, end) };
  });
}
