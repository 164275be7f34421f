import { expect } from "vitest";
import { RecordingProxy } from "./recording-proxy.ts";
import { describeOutcome, type Outcome, type RunOptions, start, type Tool } from "./tool.ts";

/** Commands that carry out a plan, and show it with `--dry-run`. */
const planned = new Set("up create down start stop restart kill pause unpause rm scale".split(" "));

/** Whether a command line shows a plan before it does what it plans. */
export function hasPlan(args: readonly string[]): boolean {
  const asks = args.includes("rm") && !args.includes("-f");
  return args.some((word) => planned.has(word)) && !asks && !args.includes("--dry-run") && !args.includes("--plan");
}

/** Runs a command, and expects the engine to be asked for what the plan has told: everything, and nothing else. */
export async function runAsPlanned(tool: Tool, args: readonly string[], options: RunOptions): Promise<Outcome> {
  const told = await start(tool, ["--dry-run", ...args], options).outcome;
  await using proxy = await RecordingProxy.open();
  const environment = { ...options.environment, DOCKER_HOST: proxy.address };
  const outcome = await start(tool, args, { ...options, environment }).outcome;
  if (outcome.exitCode !== 0) return outcome;
  const { certain, possible } = writesOf(told.stdout);
  const made = proxy.writes.flatMap(writeIn);
  const about = `${describeOutcome(told)}\n\n${proxy.writes.join("\n")}`;
  expect(without(certain, made), `planned, not made:\n${about}`).toEqual([]);
  expect(without(made, [...certain, ...possible]), `made, not planned:\n${about}`).toEqual([]);
  return outcome;
}

interface Writes {
  readonly certain: readonly string[];
  /** Made only if something turns out so. */
  readonly possible: readonly string[];
}

/** The writes that a plan tells of, each by its verb: `#3 recreate web-1: scale 1 -> 2 <- #1`. */
function writesOf(plan: string): Writes {
  const lines = plan.split("\n").filter((line) => /^#\d+ /.test(line));
  const [certain, possible] = [false, true].map((isPossible) =>
    lines
      .filter((line) => line.includes("(only if ") === isPossible)
      .flatMap((line) => writeAs(line.replace(/^#\d+ /, ""))),
  );
  return { certain: certain ?? [], possible: possible ?? [] };
}

function writeAs(step: string): readonly string[] {
  const [, verb = ""] =
    /^((?:create|remove) (?:network|volume)|remove image|run \w+ hook|run \w+ \w+ for|\w+)\b/.exec(step) ?? [];
  if (/^(wait|watch|build|run \w+ \w+ for)$/.test(verb)) return []; // asks, or asks somebody else
  if (verb.startsWith("run ")) return ["exec"];
  return [words[verb] ?? verb];
}

const words: Readonly<Record<string, string>> = { recreate: "create", send: "kill" };

/** A call of the engine's API in the same words; none where it only joins streams, or belongs to the call before. */
function writeIn(call: string): readonly string[] {
  const [method = "", path = ""] = call.split(/[ ?]/);
  const [, kind = "", name = "", verb = ""] = path.split("/");
  if (/^(attach|resize|wait)$/.test(verb) || kind === "exec" || kind === "build") return [];
  if (kind === "images") return [method === "DELETE" ? "remove image" : verb === "push" ? "push" : "pull"];
  if (kind === "containers") {
    if (method === "DELETE") return ["remove"];
    return [method === "PUT" ? "copy" : name === "create" ? "create" : verb];
  }
  const thing = kind.replace(/s$/, "");
  if (method === "DELETE") return [`remove ${thing}`];
  return [name === "create" ? `create ${thing}` : verb];
}

/** What of the one is not in the other, counted. */
function without(all: readonly string[], known: readonly string[]): readonly string[] {
  const rest = [...known];
  return all.filter((each) => {
    const at = rest.indexOf(each);
    if (at >= 0) rest.splice(at, 1);
    return at < 0;
  });
}
