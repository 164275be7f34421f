import type { ObservedContainer } from "../observe/snapshot.ts";
import type { AwaitedState } from "./operation.ts";

/** True when the snapshot already shows the state: it then needs no waiting. */
export function isKnownToBe({ state, health, exitCode }: ObservedContainer, until: AwaitedState): boolean {
  switch (until) {
    case "completed":
      return state === "exited" && exitCode === 0;
    case "running":
      return state === "running";
    case "healthy":
      return state === "running" && health === "healthy";
    case "running-or-healthy":
      return state === "running" && (health === undefined || health === "healthy");
  }
}

/** True for containers that have a process: also paused and restarting ones. */
export function isUp({ state }: Pick<ObservedContainer, "state">): boolean {
  return state === "running" || state === "paused" || state === "restarting";
}
