import { build as buildImages, type BuildImagesOptions } from "../actions/build.ts";
import { down as takeDown, type DownOptions, type ProjectOrName } from "../actions/down.ts";
import { checkExecution } from "../actions/execution-error.ts";
import { kill as killContainers, type KillOptions } from "../actions/kill.ts";
import { pause as freeze, type PauseOptions, unpause as unfreeze } from "../actions/pause.ts";
import { carryOut as carryOutPlan } from "../actions/plan.ts";
import { pull as pullImages, type PullOptions } from "../actions/pull.ts";
import { push as pushImages } from "../actions/push.ts";
import { restart as restartContainers } from "../actions/restart.ts";
import { planRm, type RmOptions } from "../actions/rm.ts";
import { type PlanRun, runPlan } from "../actions/run-plan.ts";
import { start as startContainers } from "../actions/start.ts";
import { planStop } from "../actions/stop.ts";
import { up as bringUp, type UpOptions } from "../actions/up.ts";
import type { Project } from "../compose/project.ts";
import type { Context } from "../context.ts";
import type { Plan } from "../plan/plan.ts";
import type { RestartingOptions } from "../plan/restarting.ts";
import type { StartingOptions } from "../plan/starting.ts";
import type { StoppingOptions } from "../plan/stopping.ts";
import { subjectOf } from "./subject.ts";

// The command line shows failures of a plan; a program that goes on after one would not notice: here they are thrown.

/** Makes the engine hold what the project says. Throws an `ExecutionError` that tells every step that failed. */
export async function up(project: Project, options: UpOptions, context: Context): Promise<PlanRun> {
  return succeeded(await bringUp(project, options, context));
}

/** Removes a project's containers and networks, and what else was asked for. Throws an `ExecutionError`. */
export async function down(project: ProjectOrName, options: DownOptions, context: Context): Promise<PlanRun> {
  return succeeded(await takeDown(project, options, context));
}

/** Starts containers that exist, dependencies first. Throws an `ExecutionError`. */
export async function start(project: ProjectOrName, options: StartingOptions, context: Context): Promise<PlanRun> {
  return succeeded(await startContainers(subjectOf(project), options, context));
}

/** Stops services, dependents first. Throws an `ExecutionError`. */
export async function stop(project: ProjectOrName, options: StoppingOptions, context: Context): Promise<PlanRun> {
  return succeeded(await runPlan(await planStop(subjectOf(project), options, context), context));
}

/** Restarts containers, and dependents that ask to be restarted along. Throws an `ExecutionError`. */
export async function restart(project: ProjectOrName, options: RestartingOptions, context: Context): Promise<PlanRun> {
  return succeeded(await restartContainers(subjectOf(project), options, context));
}

/** Sends a signal to containers. Throws an `ExecutionError`. */
export async function kill(project: ProjectOrName, options: KillOptions, context: Context): Promise<PlanRun> {
  return succeeded(await killContainers(subjectOf(project), options, context));
}

/** Freezes containers. Throws an `ExecutionError`. */
export async function pause(project: ProjectOrName, options: PauseOptions, context: Context): Promise<PlanRun> {
  return succeeded(await freeze(subjectOf(project), options, context));
}

/** Lets frozen containers go on. Throws an `ExecutionError`. */
export async function unpause(project: ProjectOrName, options: PauseOptions, context: Context): Promise<PlanRun> {
  return succeeded(await unfreeze(subjectOf(project), options, context));
}

/** Removes containers that have stopped. Throws an `ExecutionError`. */
export async function rm(project: ProjectOrName, options: RmOptions, context: Context): Promise<PlanRun> {
  return succeeded(await runPlan(await planRm(subjectOf(project), options, context), context));
}

/** Builds images. Throws an `ExecutionError`. */
export async function build(project: Project, options: BuildImagesOptions, context: Context): Promise<PlanRun> {
  return succeeded(await buildImages(project, options, context));
}

/** Pulls images. Throws an `ExecutionError`. */
export async function pull(project: Project, options: PullOptions, context: Context): Promise<PlanRun> {
  return succeeded(await pullImages(project, options, context));
}

/** Pushes images. Throws an `ExecutionError`. */
export async function push(project: Project, context: Context): Promise<PlanRun> {
  return succeeded(await pushImages(project, context));
}

/**
 * Carries out a plan, verbatim. Throws a `TscomposeError` with code `plan-outdated` when the engine is no longer as it was
 * when the plan was made, and an `ExecutionError` that tells every step that failed.
 */
export async function carryOut(plan: Plan, options: { readonly limit?: number }, context: Context): Promise<PlanRun> {
  return succeeded(await carryOutPlan(plan, options, context));
}

function succeeded(result: PlanRun): PlanRun {
  checkExecution(result);
  return result;
}
