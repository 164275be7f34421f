import type { Service } from "../project.ts";
import type { Check, Tell } from "./teller.ts";

/** Two spellings of the same limit have to agree, and names that are fixed allow one container only. */
export const checkScale: Check = (service, _project, tell) => {
  const { scale, deploy, containerName } = service;
  if (scale !== undefined && deploy?.replicas !== undefined && scale !== deploy.replicas) {
    const message = `scale and deploy.replicas differ, got ${scale} and ${deploy.replicas}`;
    tell(["scale"], { code: "conflicting-values", message, hint: "keep one of them" });
  }
  checkNotNegative(scale, ["scale"], tell);
  checkNotNegative(deploy?.replicas, ["deploy", "replicas"], tell);
  checkLimits(service, tell);
  const replicas = scale ?? deploy?.replicas ?? 1;
  if (replicas > 1 && containerName !== undefined && containerName !== "") {
    const message = `container_name allows one container only, got ${replicas}`;
    tell(["container_name"], { code: "conflicting-values", message, hint: "remove container_name" });
  }
};

function checkNotNegative(count: number | undefined, path: readonly string[], tell: Tell): void {
  if (count === undefined || count >= 0) return;
  tell(path, { code: "out-of-range", message: `expected at least 0, got ${count}` });
}

function checkLimits({ cpus, memLimitBytes, memReservationBytes, pidsLimit, deploy }: Service, tell: Tell): void {
  const { limits, reservations } = deploy?.resources ?? {};
  const agree = (name: string, value: number | undefined, other: string, given: number | undefined): void => {
    if (value === undefined || value === 0 || value === given) return;
    const message = `${name} and deploy.resources.${other} differ, got ${value} and ${given ?? "nothing"}`;
    tell([name], { code: "conflicting-values", message, hint: `write deploy.resources.${other} only` });
  };
  if (limits !== undefined) {
    agree("cpus", cpus, "limits.cpus", limits.cpus);
    agree("mem_limit", memLimitBytes, "limits.memory", limits.memoryBytes);
    agree("pids_limit", pidsLimit, "limits.pids", limits.pids);
  }
  if (reservations !== undefined) {
    agree("mem_reservation", memReservationBytes, "reservations.memory", reservations.memoryBytes);
  }
}
