import { InvalidArgumentError } from "commander";

const duration = /^[+-]?(\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+$/;
const unixSeconds = /^\d+(\.\d{1,9})?$/;
const dateTime = /^(\d{4}-\d\d-\d\d)(T([01]\d|2[0-3])(:[0-5]\d(:[0-5]\d(\.\d{1,9})?)?)?)?(Z|[+-]\d\d:\d\d)?$/;

/**
 * Reads a point in time, to be passed on as it is: engines answer a mistake with less than helpful words. An empty one is
 * none, as where a script has nothing to say.
 */
export function time(text: string): string | undefined {
  if (text === "") return undefined;
  const [, day] = dateTime.exec(text) ?? [];
  if (duration.test(text) || unixSeconds.test(text) || (day !== undefined && isInCalendar(day))) return text;
  throw new InvalidArgumentError("expected a time (2013-01-02T13:23:37Z), Unix seconds, or a duration (42m)");
}

/** JavaScript takes the 31st of a shorter month for a day of the next. */
function isInCalendar(day: string): boolean {
  const at = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(day);
}
