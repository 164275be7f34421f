import { InvalidArgumentError } from "commander";

const forms = [
  /^(\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+$/,
  /^\d+(\.\d{1,9})?$/,
  /^\d{4}-\d\d-\d\d(T\d\d(:\d\d(:\d\d(\.\d{1,9})?)?)?)?(Z|[+-]\d\d:\d\d)?$/,
];

/** Reads a point in time, to be passed on as it is: engines answer a mistake with less than helpful words. */
export function time(text: string): string {
  if (forms.some((form) => form.test(text))) return text;
  throw new InvalidArgumentError("expected a time (2013-01-02T13:23:37Z), Unix seconds, or a duration (42m)");
}
