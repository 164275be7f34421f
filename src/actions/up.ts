import type { Project } from "../compose/project.ts";
import type { Context } from "../context.ts";
import { execute, type Execution } from "../execute/execute.ts";
import { observe } from "../observe/observe.ts";
import type { Snapshot } from "../observe/snapshot.ts";
import { onDefaultPlatform } from "../plan/default-platform.ts";
import { neededFor } from "../plan/needed.ts";
import type { ReconcileOptions } from "../plan/options.ts";
import type { Plan } from "../plan/plan.ts";
import { reconcile } from "../plan/reconcile.ts";
import { type DivergedVolume, divergedVolumes } from "../plan/volumes.ts";
import { expectUsableValues } from "../plan/values/check-values.ts";
import { readInputs } from "./plan-inputs.ts";
import { checkActiveServices } from "./select-containers.ts";

/** What can be asked of `up`; with `start: false` it is `create`. */
export interface UpOptions extends Omit<ReconcileOptions, "inputs"> {
  /** Variables that configs and secrets may name, and `DOCKER_DEFAULT_PLATFORM`. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Asked whether volumes that differ may be replaced, and their data lost; absent: they are kept. */
  readonly mayLose?: (volumes: readonly DivergedVolume[]) => Promise<boolean>;
  /** How many operations may run at once; absent: as many as the plan allows. */
  readonly limit?: number;
}

/** What was promised, and how it went. */
export interface UpResult extends Execution {
  readonly plan: Plan;
}

/** Makes the engine hold what the project says, and nothing beyond the plan. Failures are in the result. */
export async function up(project: Project, options: UpOptions, context: Context): Promise<UpResult> {
  const plan = await planUp(project, options, context);
  const { limit, environment = {} } = options;
  return { plan, ...(await execute(plan, { ...context, environment, ...(limit === undefined ? {} : { limit }) })) };
}

/** The plan that `up` would carry out: reads, and writes nothing. */
export async function planUp(given: Project, options: UpOptions, context: Context): Promise<Plan> {
  const { environment = {}, scale = {} } = options;
  checkActiveServices(given, Object.keys(scale), "cannot scale: ");
  expectUsableValues(given);
  const project = onDefaultPlatform(given, environment);
  const [snapshot, inputs] = await Promise.all([
    observe(context.engine, { projectName: project.name, ...neededFor(project) }),
    readInputs(project, environment, context),
  ]);
  const { mayLose, recreateVolumes = await mayLoseData(project, snapshot, mayLose), ...others } = options;
  return reconcile(project, snapshot, { ...others, recreateVolumes, inputs });
}

async function mayLoseData(project: Project, snapshot: Snapshot, mayLose: UpOptions["mayLose"]): Promise<boolean> {
  const diverged = mayLose === undefined ? [] : divergedVolumes(project, snapshot);
  return mayLose !== undefined && diverged.length > 0 && (await mayLose(diverged));
}
