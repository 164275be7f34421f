import type { Project } from "../compose/project.ts";
import { UsageError } from "../errors.ts";
import { checkActiveServices } from "./select-containers.ts";

/** Refuses a project in which nothing asks to be watched, and a named service that does not. */
export function checkWatchable({ project }: { readonly project: Project }, services: readonly string[] = []): void {
  checkActiveServices(project, services, "");
  const without = services.find((name) => (project.services[name]?.develop?.watch ?? []).length === 0);
  if (without !== undefined) throw new UsageError(`service "${without}" has no develop.watch`, ruleHint);
  if (Object.values(project.services).every(({ develop }) => (develop?.watch ?? []).length === 0)) {
    throw new UsageError("none of the services has a develop.watch: there is nothing to watch", ruleHint);
  }
}

const ruleHint = "for example develop: {watch: [{path: ./src, action: sync, target: /app/src}]}";
