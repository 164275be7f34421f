import type { Project, Service } from "../compose/project.ts";
import { isAtLeast } from "../docker-api/version.ts";
import type { Plan, Step } from "../plan/plan.ts";
import { type PreparedFor, startIntervalNs } from "./prepare.ts";

/**
 * The same plan, but health checks are also run from here where their engine would begin late: one that knows no interval of
 * the start, or a check that only the image knows.
 */
export function probedEarly(plan: Plan, { services }: Project, { apiVersion }: PreparedFor): Plan {
  const knowsStart = isAtLeast(apiVersion, "1.44");
  const steps = plan.steps.map((step): Step => {
    const { operation } = step;
    if (operation.kind !== "await-containers") return step;
    const probeEveryMs = intervalOf(services[operation.service], knowsStart);
    return probeEveryMs === undefined ? step : { ...step, operation: { ...operation, probeEveryMs } };
  });
  return { ...plan, steps };
}

function intervalOf(service: Service | undefined, knowsStart: boolean): number | undefined {
  const { test, disable, intervalNs, startIntervalNs: own = startIntervalNs } = service?.healthcheck ?? {};
  if (disable === true || (knowsStart && test !== undefined)) return undefined;
  return intervalNs !== undefined && intervalNs <= own ? undefined : own / 1e6;
}
