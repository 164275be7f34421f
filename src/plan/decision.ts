import type { Service } from "../compose/project.ts";
import type { ObservedContainer } from "../observe/snapshot.ts";
import type { LiveUpdate } from "./live-change.ts";
import type { Guard } from "./plan.ts";

/** What is to be done about one replica, and why. */
export type Decision =
  | { readonly kind: "keep"; readonly existing: Existing }
  | { readonly kind: "start"; readonly existing: Existing; readonly cause: string; readonly when: readonly Guard[] }
  | { readonly kind: "unpause"; readonly existing: Existing; readonly cause: string }
  /** Stopped and started again, joining `networks` (keys) anew in between. */
  | {
      readonly kind: "restart";
      readonly existing: Existing;
      readonly networks: readonly string[];
      readonly cause: string;
      readonly when: readonly Guard[];
    }
  | { readonly kind: "create"; readonly name: string; readonly number: number; readonly cause: string }
  | {
      readonly kind: "recreate";
      readonly existing: Existing;
      readonly name: string;
      readonly number: number;
      readonly cause: string;
      /** Empty: in any case. */
      readonly when: readonly Guard[];
      /** The old one must be gone before the new one can be made: it uses a volume that is replaced. */
      readonly removesFirst: boolean;
    }
  | { readonly kind: "remove"; readonly existing: Existing; readonly cause: string };

/** A replica as found, under the name it should have. */
export interface Existing {
  readonly container: ObservedContainer;
  readonly name: string;
  readonly number: number;
  /** An interrupted recreation left it under its temporary name. */
  readonly needsRename: boolean;
  /** What is changed while it stays. */
  readonly update?: LiveUpdate;
}

/** Decisions about all replicas of one service, by number. */
export interface ServiceDecision {
  readonly service: Service;
  readonly replicas: readonly Decision[];
}

/** Final name of the container that a decision leaves behind, or nothing. */
export function survivorName(decision: Decision): string | undefined {
  switch (decision.kind) {
    case "remove":
      return undefined;
    case "create":
    case "recreate":
      return decision.name;
    case "keep":
    case "start":
    case "unpause":
    case "restart":
      return decision.existing.name;
  }
}

/** Names of the containers that a service will have, in the order that names sort. */
export function survivorNames({ replicas }: ServiceDecision): string[] {
  return replicas.flatMap((decision) => survivorName(decision) ?? []).sort();
}

/** The replica that others share namespaces and volumes with: the first by name. */
export function sharedReplica(decision: ServiceDecision | undefined): Decision | undefined {
  if (decision === undefined) return undefined;
  const [name] = survivorNames(decision);
  return name === undefined ? undefined : decision.replicas.find((each) => survivorName(each) === name);
}

/** True when the decision makes a container run that does not, now or for the time being. */
export function isStarted(decision: Decision): boolean {
  return ["start", "restart", "create", "recreate"].includes(decision.kind);
}
