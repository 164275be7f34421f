import type { Service, UpdateConfig } from "../compose/project.ts";
import { clashesWith } from "./claims.ts";
import type { Decision } from "./decision.ts";
import { isUp } from "./known-state.ts";
import type { ReportProblem } from "./problem.ts";
import type { Wanted } from "./wanted.ts";

/** A replica that is made anew. */
export type Recreation = Extract<Decision, { kind: "recreate" }>;

/** How the replicas of a service are replaced, a few at a time: what `deploy.update_config` asks for. */
export interface Rollout {
  readonly replicas: readonly Recreation[];
  readonly startsFirst: boolean;
  /** How many at a time, at least 1. */
  readonly parallelism: number;
  readonly delayMs: number;
  /** How long a new replica is watched over before it counts. */
  readonly monitorMs: number;
  readonly onFailure: "pause" | "continue" | "rollback";
  /** How many new replicas may fail: what `max_failure_ratio` comes to. */
  readonly tolerated: number;
  /** How it is taken back. */
  readonly rollback: Rollback;
  /** The file says something about it: then it is waited for the last replica, too. */
  readonly isAsked: boolean;
}

/** How old replicas come back: what `deploy.rollback_config` asks for. */
export interface Rollback {
  readonly startsFirst: boolean;
  /** How many at a time, at least 1. */
  readonly parallelism: number;
  readonly delayMs: number;
  readonly monitorMs: number;
  readonly onFailure: "pause" | "continue";
  readonly tolerated: number;
  /** The file says something about it: then it is looked whether they are fit to serve. */
  readonly isAsked: boolean;
}

/** What deciding on a rollout needs to know. */
export interface RolloutRequest {
  readonly service: Service;
  /** Replicas that run, and are made anew under a temporary name. */
  readonly replicas: readonly Recreation[];
  readonly wantedOf: (replica: Recreation) => Wanted | undefined;
  readonly report: ReportProblem;
  readonly remark: (text: string) => void;
}

/** Decides how to replace replicas that run; nothing where a single one is simply replaced. */
export function rolloutOf({ service, replicas, wantedOf, report, remark }: RolloutRequest): Rollout | undefined {
  const config = service.deploy?.updateConfig;
  if (replicas.length === 0 || (replicas.length === 1 && config === undefined)) return undefined;
  const { parallelism = 1, delayNs = 0, monitorNs = 0, order } = config ?? {};
  const clashes = replicas.flatMap((replica) => wantedOf(replica) ?? []).map(({ body }) => clashesWith(body));
  const isClash = replicas.some(({ existing }) => clashes.some((clash) => clash(existing.container)));
  const wantsStartFirst = order === "start-first";
  if (wantsStartFirst && isClash) {
    remark(
      `services.${service.name}.deploy.update_config.order: the old container is stopped first all the same, ` +
        "old and new cannot have one port or address at once",
    );
  }
  return {
    replicas,
    startsFirst: wantsStartFirst && !isClash,
    // As in a cluster: none means all at once.
    parallelism: parallelism > 0 ? parallelism : replicas.length,
    delayMs: Math.round(delayNs / 1e6),
    monitorMs: Math.round(monitorNs / 1e6),
    onFailure: failureAction(service.name, config, report),
    // Who goes on in any case tolerates all of them.
    tolerated: config?.failureAction === "continue" ? 0 : tolerated(config, replicas.length),
    rollback: rollbackOf(service, replicas.length, isClash, report),
    isAsked: config !== undefined,
  };
}

function rollbackOf({ name, deploy }: Service, replicas: number, isClash: boolean, report: ReportProblem): Rollback {
  const config = deploy?.rollbackConfig;
  const { parallelism = 0, delayNs = 0, monitorNs = 0, order, failureAction = "pause" } = config ?? {};
  if (failureAction !== "pause" && failureAction !== "continue") {
    report({
      code: "invalid-project",
      path: ["services", name, "deploy", "rollback_config", "failure_action"],
      message: `expected pause or continue, got "${failureAction}"`,
    });
  }
  return {
    startsFirst: order === "start-first" && !isClash,
    parallelism: parallelism > 0 ? parallelism : replicas,
    delayMs: Math.round(delayNs / 1e6),
    monitorMs: Math.round(monitorNs / 1e6),
    onFailure: failureAction === "continue" ? "continue" : "pause",
    tolerated: tolerated(config, replicas),
    isAsked: config !== undefined,
  };
}

/** A ratio is exceeded by more failures than this. */
function tolerated({ maxFailureRatio = 0 }: UpdateConfig = {}, replicas: number): number {
  // A third of three is one, whatever the third is rounded to.
  return Math.floor(maxFailureRatio * replicas + 1e-6);
}

/** True for what a rollout can replace: the old one runs, and is not in the way of the new one being made. */
export function isReplaceable(decision: Decision): decision is Recreation {
  return decision.kind === "recreate" && !decision.removesFirst && isUp(decision.existing.container);
}

function failureAction(
  service: string,
  { failureAction: action = "pause" }: UpdateConfig = {},
  report: ReportProblem,
): Rollout["onFailure"] {
  if (action === "pause" || action === "continue" || action === "rollback") return action;
  report({
    code: "invalid-project",
    path: ["services", service, "deploy", "update_config", "failure_action"],
    message: `expected pause, continue or rollback, got "${action}"`,
  });
  return "pause";
}
