import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "vitest";
import { EngineApi } from "./engine-api.ts";
import type { Changes } from "./engine-api.ts";
import { isPodman } from "./podman.ts";
import { hasPlan, runAsPlanned } from "./planned-writes.ts";
import { TestProject } from "./test-project.ts";
import type { ProjectFiles } from "./test-project.ts";
import { describeOutcome, dockerCompose, start, toolUnderTest, tscompose } from "./tool.ts";
import type { Outcome, RunOptions, Tool } from "./tool.ts";

/** What the steps of a scenario share. */
export interface World {
  readonly project: TestProject;
  readonly engine: EngineApi;
  /** Every command that ended, the newest last. */
  readonly outcomes: Outcome[];
  /** Notes from one step to a later one. */
  readonly memory: Map<string, string>;
  environment: Readonly<Record<string, string>>;
  /** What commands do beside their plans. */
  readonly reactions?: readonly string[];
}

/** One thing that a step does or expects; throws when it is not so. */
export type Action = (world: World) => Promise<void>;

/**
 * A test told in steps, each a sentence with what is done and what must then be so: state first, output last. In every
 * one, each command that succeeds has to do what its plan says, and no more, and a second `up` nothing.
 */
export interface Scenario {
  step(sentence: string, ...actions: readonly Action[]): Scenario;
  /** Variables for every command of the scenario. */
  with(environment: Readonly<Record<string, string>>): Scenario;
  /** What commands of it also do in reply to what happens while they stay attached: no plan knows when a container ends. */
  reacting(...verbs: readonly string[]): Scenario;
  /** Does not run without Docker Compose on this machine. */
  needsDockerCompose(): Scenario;
  /** Does not run on Podman, for this reason. */
  notOnPodman(reason: string): Scenario;
}

const root = join(import.meta.dirname, "../..");

/** Declares a test over the given project; the steps follow. */
export function scenario(title: string, files: ProjectFiles): Scenario {
  const steps: { readonly sentence: string; readonly actions: readonly Action[] }[] = [];
  let environment: Readonly<Record<string, string>> = {};
  let reactions: readonly string[] = [];
  let missing: string | undefined;
  let whyNotOnPodman: string | undefined;

  test(title, async ({ skip }) => {
    if (missing !== undefined) skip(missing);
    const engine = new EngineApi();
    if (whyNotOnPodman !== undefined && (await isPodman(engine))) skip(whyNotOnPodman);
    await using project = await TestProject.create(files, engine);
    await using changes = await engine.events();
    const world: World = { project, engine, outcomes: [], memory: new Map(), environment, reactions };
    for (const [index, { sentence, actions }] of steps.entries()) {
      try {
        for (const action of actions) await action(world);
      } catch (error) {
        const kept = await keepEvidence(title, world, changes);
        throw new Error(`step ${index + 1}, ${sentence}: ${messageOf(error)}\nkept in ${kept}`, { cause: error });
      }
    }
  });

  const self: Scenario = {
    step(sentence, ...actions) {
      steps.push({ sentence, actions });
      return self;
    },
    with(given) {
      environment = given;
      return self;
    },
    reacting(...verbs) {
      reactions = verbs;
      return self;
    },
    needsDockerCompose() {
      if (dockerCompose === undefined) missing = "this machine has no docker compose";
      return self;
    },
    notOnPodman(reason) {
      whyNotOnPodman = reason;
      return self;
    },
  };
  return self;
}

/** Runs a command of the tool under test, which must succeed. */
export function run(...args: readonly string[]): Action {
  return (world) => mustSucceed(world, toolUnderTest, args);
}

/** Runs a command of Docker Compose, which must succeed. */
export function runDockerCompose(...args: readonly string[]): Action {
  return (world) => mustSucceed(world, dockerCompose ?? toolUnderTest, args);
}

/** Runs a command of the tool under test, which must fail with this exit code. */
export function runFailing(exitCode: number, ...args: readonly string[]): Action {
  return async (world) => {
    const outcome = await command(world, toolUnderTest, args);
    if (outcome.exitCode !== exitCode) throw new Error(`expected exit code ${exitCode}:\n${describeOutcome(outcome)}`);
  };
}

/** Starts a command, waits until a check holds, sends the signal, and expects this exit code. */
export function runInterrupted(
  { when, signal, exitCode }: { readonly when: Action; readonly signal: NodeJS.Signals; readonly exitCode: number },
  ...args: readonly string[]
): Action {
  return async (world) => {
    const running = start(toolUnderTest, args, runOptions(world));
    await Promise.race([when(world), running.outcome.then(endedEarly)]);
    running.process.kill(signal);
    const outcome = await running.outcome;
    world.outcomes.push(outcome);
    if (outcome.exitCode !== exitCode) throw new Error(`expected exit code ${exitCode}:\n${describeOutcome(outcome)}`);
  };
}

/** Writes files into the project's folder. */
export function write(files: Readonly<Record<string, string>>): Action {
  return ({ project }) => project.write(files);
}

/** Waits until a check holds: subscribes to the engine's events, looks, and looks again whenever something happens. */
export function eventually(check: Action, { withinMs = 60_000 }: { readonly withinMs?: number } = {}): Action {
  return async (world) => {
    const deadline = AbortSignal.timeout(withinMs);
    await using changes = await world.engine.events();
    for (;;) {
      try {
        return await check(world);
      } catch (error) {
        if (!(await changes.next(deadline))) {
          throw new Error(`not so within ${withinMs / 1000} s: ${messageOf(error)}`, { cause: error });
        }
      }
    }
  };
}

/** How commands of this world run: in the project's folder, under its name. */
export function runOptions({ project, environment }: World): RunOptions {
  return {
    directory: project.directory,
    environment: { DOCKER_HOST: project.engine.address, COMPOSE_PROJECT_NAME: project.name, ...environment },
  };
}

async function mustSucceed(world: World, tool: Tool, args: readonly string[]): Promise<void> {
  const isRecorded = tool === tscompose && hasPlan(args);
  const { reactions = [] } = world;
  const outcome = isRecorded
    ? await runAsPlanned(tool, args, { ...runOptions(world), reactions })
    : await command(world, tool, args);
  if (isRecorded) world.outcomes.push(outcome);
  if (outcome.exitCode !== 0) throw new Error(`expected success:\n${describeOutcome(outcome)}`);
}

async function command(world: World, tool: Tool, args: readonly string[]): Promise<Outcome> {
  const outcome = await start(tool, args, runOptions(world)).outcome;
  world.outcomes.push(outcome);
  return outcome;
}

function endedEarly(outcome: Outcome): never {
  throw new Error(`ended before it could be interrupted:\n${describeOutcome(outcome)}`);
}

/** Everything one needs to understand a failure, in a folder that outlives the project. */
async function keepEvidence(title: string, world: World, { seen }: Changes): Promise<string> {
  const folder = join(root, "test-results", title.replaceAll(/\W+/g, "-"));
  await mkdir(folder, { recursive: true });
  const { project, engine, outcomes } = world;
  const belongings = await project.belongings();
  const containers = await engine.containers({ label: [`com.docker.compose.project=${project.name}`] });
  const config = await start(toolUnderTest, ["config"], runOptions(world)).outcome;
  const plan = await start(toolUnderTest, ["plan"], runOptions(world)).outcome;
  const logs = await Promise.all(
    containers.map(async ({ Id, Names }) => `== ${Names[0]}\n${await engine.logs(Id).catch(messageOf)}`),
  );
  const evidence = {
    "compose.yaml": config.stdout,
    "commands.txt": outcomes.map(describeOutcome).join("\n\n"),
    "plan.txt": describeOutcome(plan),
    "state.txt": [...belongings, ...containers.map(({ Names, Status }) => `${Names[0]} is ${Status}`)].join("\n"),
    "events.jsonl": seen.map((event) => JSON.stringify(event)).join("\n"),
    "logs.txt": logs.join("\n"),
  };
  for (const [name, text] of Object.entries(evidence)) await writeFile(join(folder, name), `${text}\n`);
  return folder;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
