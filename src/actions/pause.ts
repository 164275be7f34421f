import type { Context } from "../context.ts";
import type { ObservedContainer } from "../observe/snapshot.ts";
import { type IsMeant, pausing, unpausing } from "../plan/container-verbs.ts";
import type { Plan } from "../plan/plan.ts";
import { type PlanRun, runPlan } from "./run-plan.ts";
import { look } from "./look.ts";
import { isDeclared, type Subject } from "./select-containers.ts";

/** Whose containers; empty or absent: all. */
export interface PauseOptions {
  readonly services?: readonly string[];
}

/** Freezes the replicas that run. Failures are in the result. */
export async function pause(subject: Subject, options: PauseOptions, context: Context): Promise<PlanRun> {
  return runPlan(await planPause(subject, options, context), context);
}

/** Lets frozen replicas go on. Failures are in the result. */
export async function unpause(subject: Subject, options: PauseOptions, context: Context): Promise<PlanRun> {
  return runPlan(await planUnpause(subject, options, context), context);
}

/** The plan that `pause` would carry out: reads, and writes nothing. */
export async function planPause(
  subject: Subject,
  { services = [] }: PauseOptions,
  context: Pick<Context, "engine">,
): Promise<Plan> {
  const { snapshot } = await look(subject, services, context);
  return pausing(snapshot, replicasOf(subject, services));
}

/** The plan that `unpause` would carry out: reads, and writes nothing. */
export async function planUnpause(
  subject: Subject,
  { services = [] }: PauseOptions,
  context: Pick<Context, "engine">,
): Promise<Plan> {
  const { snapshot } = await look(subject, services, context);
  return unpausing(snapshot, replicasOf(subject, services));
}

function replicasOf(subject: Subject, services: readonly string[]): IsMeant {
  const isNamed = isDeclared(subject, services);
  return (container: ObservedContainer) => !container.isOneOff && isNamed(container);
}
