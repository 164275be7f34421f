import { checkExecution } from "../actions/execution-error.ts";
import { runPlan } from "../actions/run-plan.ts";
import { planUp, type UpOptions } from "../actions/up.ts";
import type { Project } from "../compose/project.ts";
import { UsageError } from "../errors.ts";
import type { Plan } from "../plan/plan.ts";
import { probedEarly } from "./probed-early.ts";
import type { Running } from "./running.ts";

/** How a stack that was up before is brought up again. */
export type BringingBack = UpOptions & Required<Pick<UpOptions, "environment">>;

/** Nothing is built or made anew, and healthy services are waited for. */
export function bringingBack({ variables: environment }: Running, waitTimeoutMs: number): BringingBack {
  return { wait: true, waitTimeoutMs, recreate: "never", ignoreOrphans: true, build: "never", environment };
}

/** Makes services run, and waits until they are healthy; nobody else is touched. */
export async function bringBack(running: Running, services: readonly string[], waitTimeoutMs: number): Promise<void> {
  await carryOut(onlyThese(running.project, services), bringingBack(running, waitTimeoutMs), running);
  await running.refresh();
}

/** Brings a project up, with a plan that may be changed before it is carried out. Throws an `ExecutionError`. */
export async function carryOut(
  project: Project,
  how: BringingBack,
  { context }: Running,
  change: (plan: Plan) => Promise<Plan> = async (plan) => plan,
): Promise<void> {
  const plan = probedEarly(await planUp(project, how, context), project, context.engine);
  checkExecution(await runPlan(await change(plan), { ...context, environment: how.environment }));
}

/** A project as if there were nothing but these services: nothing that they depend on is touched. */
export function onlyThese(project: Project, names: readonly string[]): Project {
  const own = Object.entries(project.services).filter(([name]) => names.includes(name));
  const others = Object.entries(project.services).filter(([name]) => !names.includes(name));
  const missing = names.find((name) => project.services[name] === undefined);
  if (missing !== undefined) throw new UsageError(`service "${missing}" is not part of this stack`);
  return {
    ...project,
    services: Object.fromEntries(own.map(([name, service]) => [name, { ...service, dependsOn: {} }])),
    disabledServices: { ...project.disabledServices, ...Object.fromEntries(others) },
  };
}
