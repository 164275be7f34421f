import type { Project } from "../compose/project.ts";
import { isStarted, type Decision, type ServiceDecision } from "./decision.ts";
import type { ReconcileOptions } from "./options.ts";
import type { Guard } from "./plan.ts";

/**
 * A service that others wait for to complete: once done, it is as wanted until one of them starts anew. Naming it on the
 * command line asks for it to run in any case.
 */
export function isJob(
  { services }: Project,
  name: string,
  { services: named = [] }: Pick<ReconcileOptions, "services"> = {},
): boolean {
  if (named.includes(name)) return false;
  return Object.values(services).some(
    ({ dependsOn }) => dependsOn?.[name]?.condition === "service_completed_successfully",
  );
}

/** Completed jobs run again before anything that waits for them starts: dependents first, so that chains follow. */
export function rerunJobs(
  project: Project,
  decided: ReadonlyMap<string, ServiceDecision>,
  options: ReconcileOptions,
): Map<string, ServiceDecision> {
  const result = new Map(decided);
  if (options.start === false) return result;
  for (const [name, { service, replicas }] of [...decided].reverse()) {
    if (!replicas.some(isDone) || !isJob(project, name, options)) continue;
    const waiting = [...result.values()].filter(
      (dependent) => dependent.service.dependsOn?.[name]?.condition === "service_completed_successfully",
    );
    const starts = waiting.flatMap((dependent) => dependent.replicas.filter(isStarted));
    if (starts.length === 0) continue;
    const names = waiting.filter((each) => each.replicas.some(isStarted)).map((each) => each.service.name);
    const cause = `${names.join(", ")} waits for it to complete`;
    const when = starts.every((each) => guardsOf(each).length > 0) ? starts.flatMap(guardsOf) : [];
    const again = replicas.map((each): Decision => (isDone(each) ? { ...each, kind: "start", cause, when } : each));
    result.set(name, { service, replicas: again });
  }
  return result;
}

function isDone(decision: Decision): decision is Extract<Decision, { kind: "keep" }> {
  return decision.kind === "keep" && decision.existing.container.state === "exited";
}

function guardsOf(decision: Decision): readonly Guard[] {
  return "when" in decision ? decision.when : [];
}
