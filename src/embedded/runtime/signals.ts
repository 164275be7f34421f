import { constants } from "node:os";
import { badRequest } from "../api/http-error.ts";

/** glibc's first and last real-time signals that programs may use. */
const realtime = { first: 34, last: 64 };

/** The number of a signal as the API takes it: `SIGTERM`, `term`, `15`, `RTMIN+3`. Throws 400 for anything else. */
export function signalNumber(text: string): number {
  const name = text.trim().toUpperCase().replace(/^SIG/, "");
  if (/^\d+$/.test(name)) return inRange(Number(name), text);
  const [, base, sign, offset = "0"] = /^(RTMIN|RTMAX)(?:([+-])(\d+))?$/.exec(name) ?? [];
  if (base !== undefined) {
    const start = base === "RTMIN" ? realtime.first : realtime.last;
    return inRange(start + (sign === "-" ? -1 : 1) * Number(offset), text);
  }
  const numbers: Readonly<Record<string, number>> = constants.signals;
  const number = numbers[`SIG${name}`];
  if (number === undefined) throw badRequest(`Invalid signal: ${text}`);
  return number;
}

function inRange(number: number, text: string): number {
  if (number < 1 || number > realtime.last) throw badRequest(`Invalid signal: ${text}`);
  return number;
}
