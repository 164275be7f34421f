import { type ContainerEvent, events as followEvents } from "../../actions/events.ts";
import type { CommandModule } from "../command.ts";
import { exitCode } from "../exit-code.ts";
import { time } from "../time-flag.ts";
import { goJson } from "../view/json.ts";
import { jsonTime, lineTime } from "../view/moment.ts";

interface EventsFlags {
  readonly json?: boolean;
  readonly since?: string;
  readonly until?: string;
}

/** `events`: shows what happens to containers, as it happens. */
export const events: CommandModule<EventsFlags> = {
  declare(command) {
    command
      .argument("[service...]", "only these services")
      .option("--json", "write each event as a JSON object on a line of its own")
      .option("--since <time>", "also what happened since then: 2013-01-02T13:23:37Z, or 42m for 42 minutes ago", time)
      .option("--until <time>", "end then: 2013-01-02T13:23:37Z, or 42m for 42 minutes ago", time);
  },
  async run({ args, flags, session }) {
    const render = flags.json === true ? toJson : toLine;
    const subject = await session.target();
    await using engine = await session.openEngine();
    const context = await session.context(engine, { emit: () => {} });
    const range = {
      ...(flags.since === undefined ? {} : { since: flags.since }),
      ...(flags.until === undefined ? {} : { until: flags.until }),
    };
    const write = (event: ContainerEvent): void => session.print(render(event));
    await followEvents(subject, { services: args, ...range }, { ...context, write });
    return session.signal.aborted ? exitCode.interrupted : exitCode.success;
  },
};

function toLine({ atMicroseconds, container, action, attributes }: ContainerEvent): string {
  const pairs = Object.entries(attributes).map((pair) => pair.join("="));
  return `${lineTime(atMicroseconds)} container ${action} ${container} (${pairs.join(", ")})`;
}

function toJson({ atMicroseconds, service, container, action, attributes }: ContainerEvent): string {
  return goJson({ action, attributes, id: container, service, time: jsonTime(atMicroseconds), type: "container" });
}
