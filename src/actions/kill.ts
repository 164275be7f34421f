import type { Context } from "../context.ts";
import { killing } from "../plan/container-verbs.ts";
import type { Plan } from "../plan/plan.ts";
import { type PlanRun, runPlan } from "./run-plan.ts";
import { look } from "./look.ts";
import { isDeclared, type Subject } from "./select-containers.ts";

/** What can be asked of `kill`. */
export interface KillOptions {
  /** Empty or absent: all. */
  readonly services?: readonly string[];
  /** Name or number; absent: `SIGKILL`. */
  readonly signal?: string;
  /** Also containers of services that the files do not declare. */
  readonly orphans?: boolean;
}

/** Sends a signal to the containers that have a process, one-offs among them. Failures are in the result. */
export async function kill(subject: Subject, options: KillOptions, context: Context): Promise<PlanRun> {
  return runPlan(await planKill(subject, options, context), context);
}

/** The plan that `kill` would carry out: reads, and writes nothing. */
export async function planKill(
  subject: Subject,
  { services = [], signal = "SIGKILL", orphans = false }: KillOptions,
  context: Pick<Context, "engine">,
): Promise<Plan> {
  const { snapshot } = await look(subject, services, context);
  const isNamed = isDeclared(orphans ? { name: subject.name } : subject, services);
  return killing(snapshot, isNamed, signal);
}
