import type { Context } from "../context.ts";
import { removing, type RemovingOptions } from "../plan/container-verbs.ts";
import type { Plan } from "../plan/plan.ts";
import { look } from "./look.ts";
import { isDeclared, type Subject } from "./select-containers.ts";

/** What can be asked of `rm`. */
export interface RmOptions extends RemovingOptions {
  /** Empty or absent: all. */
  readonly services?: readonly string[];
}

/** The plan of `rm`, to be shown before it is carried out: what is removed does not come back. */
export async function planRm(subject: Subject, options: RmOptions, context: Pick<Context, "engine">): Promise<Plan> {
  const { services = [] } = options;
  const { project, snapshot } = await look(subject, services, context);
  const isNamed = isDeclared(subject, services);
  return removing(project, snapshot, (container) => !container.isOneOff && isNamed(container), options);
}
