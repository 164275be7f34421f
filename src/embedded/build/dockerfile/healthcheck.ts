import { DockerfileError } from "./dockerfile-error.ts";
import { durationNs } from "./duration.ts";
import { readFlags } from "./flags.ts";
import type { HealthcheckInstruction } from "./instruction.ts";
import { commandLine } from "./operands.ts";
import type { Statement } from "./statement.ts";

const shortestNs = 1e6;

/** Reads what follows `HEALTHCHECK`. Throws a {@link DockerfileError}. */
export function readHealthcheck({ rest, flags }: Statement): HealthcheckInstruction["health"] {
  const [, type = "", behind = ""] = /^(\S+)\s*(.*)$/s.exec(rest) ?? [];
  if (type === "") throw new DockerfileError("HEALTHCHECK requires at least one argument");
  if (type.toUpperCase() === "NONE") {
    if (behind !== "") throw new DockerfileError("HEALTHCHECK NONE takes no arguments");
    return { Test: ["NONE"], Interval: 0, Timeout: 0, StartPeriod: 0, StartInterval: 0, Retries: 0 };
  }
  const told = readFlags(flags, {
    interval: "text",
    timeout: "text",
    "start-period": "text",
    "start-interval": "text",
    retries: "text",
  });
  return {
    Test: testOf(type, behind),
    Interval: interval("interval", told.interval),
    Timeout: interval("timeout", told.timeout),
    StartPeriod: interval("start-period", told["start-period"]),
    StartInterval: interval("start-interval", told["start-interval"]),
    Retries: retriesOf(told.retries),
  };
}

function testOf(type: string, behind: string): string[] {
  if (type.toUpperCase() !== "CMD") {
    throw new DockerfileError(`Unknown type ${JSON.stringify(type.toUpperCase())} in HEALTHCHECK (try CMD)`);
  }
  const { isList, words } = commandLine(behind);
  if (words.length === 0) throw new DockerfileError("Missing command after HEALTHCHECK CMD");
  return [isList ? "CMD" : "CMD-SHELL", ...words];
}

function interval(name: string, text = ""): number {
  if (text === "") return 0;
  const found = durationNs(text);
  if (found === 0 || found >= shortestNs) return found;
  throw new DockerfileError(`Interval ${JSON.stringify(name)} cannot be less than 1ms`);
}

function retriesOf(text = ""): number {
  if (text === "") return 0;
  if (!/^[+-]?\d+$/.test(text)) {
    throw new DockerfileError(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  }
  const retries = Number(text);
  if (retries < 0) throw new DockerfileError(`--retries cannot be negative (${retries})`);
  return retries;
}
