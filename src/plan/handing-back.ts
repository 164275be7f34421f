import type { Project } from "../compose/project.ts";
import type { Snapshot } from "../observe/snapshot.ts";
import { basisOf } from "./basis.ts";
import { restartText } from "./differences/host.ts";
import { Draft } from "./draft.ts";
import type { Plan } from "./plan.ts";
import { enginePolicy, restartRules } from "./spec/restart-policy.ts";

/** What has to happen for engines to restart again what `up` has restarted while it was attached. */
export function handingBack(project: Project, snapshot: Snapshot): Plan {
  const draft = new Draft();
  for (const { id, name, service, details, isOneOff } of snapshot.containers) {
    const definition = project.services[service];
    if (definition === undefined || details === undefined || isOneOff || restartRules(definition) === undefined)
      continue;
    const policy = enginePolicy(definition);
    if (policy === undefined || restartText(policy) === restartText(details.HostConfig.RestartPolicy)) continue;
    const cause = "the engine restarts it from here on";
    draft.add({ kind: "update-container", id, name, service, body: { RestartPolicy: policy } }, cause);
  }
  return draft.finish({ action: "up", project: project.name, basis: basisOf(snapshot) });
}
