import type { HostConfig } from "../../docker-api/container.ts";
import type { Service } from "../../compose/project.ts";
import { defined } from "./defined.ts";

/** Where a restart policy asks for what no engine does, whoever stays attached carries it out. */
export interface RestartRules {
  readonly condition: "any" | "on-failure";
  readonly delayMs: number;
  /** A restart that lasts this long is none that failed; 0: every end is one. */
  readonly windowMs: number;
  /** How many restarts may fail; absent: as many as like. */
  readonly maxAttempts?: number;
}

/** The engine's restart policy: `deploy.restart_policy` wins over `restart`; its words are Swarm's. */
export function enginePolicy({ restart, deploy }: Service): HostConfig["RestartPolicy"] {
  const policy = deploy?.restartPolicy;
  if (policy !== undefined) {
    return defined({ Name: policyName(policy.condition ?? ""), MaximumRetryCount: policy.maxAttempts });
  }
  if (restart === undefined || restart === "") return undefined;
  const [name = "", attempts] = restart.split(":");
  return defined({
    Name: policyName(name),
    MaximumRetryCount: attempts === undefined ? undefined : Number(attempts) || 0,
  });
}

/** What `deploy.restart_policy` asks for beyond what engines do: a delay of one's own, a window; absent: nothing. */
export function restartRules(service: Service): RestartRules | undefined {
  const { delayNs = 0, windowNs = 0, maxAttempts = 0 } = service.deploy?.restartPolicy ?? {};
  const { Name = "" } = enginePolicy(service) ?? {};
  if (delayNs + windowNs === 0 || Name === "" || Name === "no") return undefined;
  return {
    condition: Name === "on-failure" ? "on-failure" : "any",
    delayMs: Math.round(delayNs / 1e6),
    windowMs: Math.round(windowNs / 1e6),
    // None at all is how engines say that there is no limit.
    ...(maxAttempts > 0 ? { maxAttempts } : {}),
  };
}

function policyName(condition: string): string {
  if (condition === "none") return "no";
  return condition === "any" ? "always" : condition;
}
