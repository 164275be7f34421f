import type { Project } from "../compose/project.ts";
import type { Context } from "../context.ts";
import { execute } from "../execute/execute.ts";
import { observe } from "../observe/observe.ts";
import { handingBack } from "../plan/handing-back.ts";
import { restartRules } from "../plan/spec/restart-policy.ts";
import { checkExecution } from "./execution-error.ts";

/** Lets the engine restart again what `up` has restarted while it was attached. */
export async function handBackRestarts(project: Project, context: Context): Promise<void> {
  const services = Object.values(project.services).filter((service) => restartRules(service) !== undefined);
  const names = new Set(services.map(({ name }) => name));
  if (names.size === 0) return;
  const needsDetails = ({ service }: { readonly service: string }): boolean => names.has(service);
  const snapshot = await observe(context.engine, { projectName: project.name, needsDetails });
  checkExecution(await execute(handingBack(project, snapshot), context));
}
