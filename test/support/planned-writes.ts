import { createRequire } from "node:module";
import { homedir } from "node:os";
import { expect } from "vitest";
import type { run as RunCommandLine } from "../../src/cli/main.ts";
import { memoryIo } from "./memory-io.ts";
import { RecordingProxy } from "./recording-proxy.ts";
import { describeOutcome, type Outcome, type RunOptions, start, type Tool } from "./tool.ts";

/** Commands that carry out a plan, and show it with `--dry-run`. */
const planned = new Set("up create down start stop restart kill pause unpause rm scale".split(" "));

/** Whether a command line shows a plan before it does what it plans. */
export function hasPlan(args: readonly string[]): boolean {
  const asks = args.includes("rm") && !args.includes("-f");
  return args.some((word) => planned.has(word)) && !asks && !args.includes("--dry-run") && !args.includes("--plan");
}

/**
 * Runs a command, and expects the engine to be asked for what the plan has told: everything, and nothing else, apart from
 * `reactions` to what happens afterwards.
 */
export async function runAsPlanned(
  tool: Tool,
  args: readonly string[],
  { reactions, ...options }: RunOptions & { readonly reactions: readonly string[] },
): Promise<Outcome> {
  const told = await tellPlan(args, options);
  await using proxy = await RecordingProxy.open();
  const environment = { ...options.environment, DOCKER_HOST: proxy.address };
  const outcome = await start(tool, args, { ...options, environment }).outcome;
  if (outcome.exitCode !== 0) return outcome;
  const { certain, possible } = writesOf(told.stdout);
  const made = proxy.writes.flatMap(writeIn);
  const about = `${describeOutcome(told)}\n\n${proxy.writes.join("\n")}`;
  expect(without(certain, made), `planned, not made:\n${about}`).toEqual([]);
  const unplanned = without(made, [...certain, ...possible]).filter((write) => !reactions.includes(write));
  expect(unplanned, `made, not planned:\n${about}`).toEqual([]);
  if (isRepeatable(args)) await expectNothingLeft(args, { ...options, reactions });
  return outcome;
}

/** A second `up` finds everything as it is wanted; what has ended meanwhile it starts again, as the original does. */
async function expectNothingLeft(
  args: readonly string[],
  { reactions, ...options }: RunOptions & { readonly reactions: readonly string[] },
): Promise<void> {
  const told = await tellPlan(args, options);
  const { certain } = writesOf(told.stdout);
  const usual = ["start", "copy", "exec", ...reactions];
  const left = certain.filter((write) => !usual.includes(write));
  expect(left, `left for a second time:\n${describeOutcome(told)}`).toEqual([]);
}

/** Flags that ask for something to be done whether it is needed or not. */
const forcing = /^(--force-recreate|--always-recreate-deps|--build|--pull|--pull=.*|-V|--renew-anon-volumes)$/;

function isRepeatable(args: readonly string[]): boolean {
  return args.includes("up") && !args.some((word) => forcing.test(word));
}

const { run: runCommandLine } = createRequire(import.meta.url)("../../dist/cli/main.cjs") as {
  readonly run: typeof RunCommandLine;
};

/** What the command line says with `--dry-run`: the one that was built, in this process, for every command asks it. */
async function tellPlan(args: readonly string[], { directory, environment, input }: RunOptions): Promise<Outcome> {
  const argv = ["--dry-run", ...args];
  const io = memoryIo({
    environment: { ...definedOf(process.env), PWD: directory, NO_COLOR: "1", ...environment },
    workingDirectory: directory,
    homeDirectory: homedir(),
    ...(input === undefined ? {} : { stdin: input }),
  });
  const exitCode = await runCommandLine(argv, io);
  const [stdout, stderr] = [io.written.stdout(), io.written.stderr()];
  return { commandLine: ["tscompose", ...argv].join(" "), exitCode, killedBy: null, stdout, stderr };
}

function definedOf(environment: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
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
    /^((?:create|remove) (?:network|volume)|remove image|\w+ model|run \w+ hook|run \S+ \w+ for|\w+)\b/.exec(step) ??
    [];
  if (/^(wait|watch|build|\w+ model|run \S+ \w+ for)$/.test(verb)) return []; // asks, or asks somebody else
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
