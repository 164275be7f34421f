import type { Service } from "../compose/project.ts";
import { sharedReplica, type Existing, type ServiceDecision } from "./decision.ts";
import type { Guard } from "./plan.ts";
import type { Planning } from "./planning.ts";
import { referencesOf } from "./references.ts";

/** Why a container that stays must be stopped and started again. */
export interface Restart {
  /** Keys of networks that it has to join anew. */
  readonly networks: readonly string[];
  readonly causes: readonly string[];
  /** Conditions of the causes; empty: they hold in any case. */
  readonly when: readonly Guard[];
}

/** Looks for what pulls a container along: a network made anew, a dependency with `restart: true`, a namespace that ends. */
export function restartOf(
  { networks }: Planning,
  decided: ReadonlyMap<string, ServiceDecision>,
  service: Service,
  { container }: Existing,
): Restart {
  const anew = Object.keys(service.networks ?? {}).filter((key) => networks.get(key)?.kind === "recreate");
  const pulls = [...dependencyPulls(decided, service), ...namespacePulls(decided, service)];
  const causes = [...anew.map((key) => `network ${key} is recreated`), ...pulls.map(({ cause }) => cause)];
  const isCertain = pulls.some(({ when }) => when.length === 0);
  return {
    networks: anew,
    causes: container.state === "running" || anew.length > 0 ? [...new Set(causes)] : [],
    when: isCertain ? [] : pulls.flatMap(({ when }) => when),
  };
}

interface Pull {
  readonly cause: string;
  readonly when: readonly Guard[];
}

function dependencyPulls(decided: ReadonlyMap<string, ServiceDecision>, service: Service): Pull[] {
  return Object.entries(service.dependsOn ?? {}).flatMap(([name, { restart }]) => {
    if (!restart) return [];
    const recreations = (decided.get(name)?.replicas ?? []).filter((each) => each.kind === "recreate");
    if (recreations.length === 0) return [];
    const isCertain = recreations.some(({ when }) => when.length === 0);
    return [{ cause: `${name} is recreated`, when: isCertain ? [] : recreations.flatMap(({ when }) => when) }];
  });
}

/** A namespace ends with the container that made it: whoever shares it is left in the old one. */
function namespacePulls(decided: ReadonlyMap<string, ServiceDecision>, service: Service): Pull[] {
  return referencesOf(service).flatMap(({ attribute, service: parent }) => {
    if (attribute === "volumes_from") return [];
    const first = sharedReplica(decided.get(parent));
    if (first?.kind !== "restart" && first?.kind !== "start") return [];
    return [{ cause: `${attribute}: ${parent} is ${first.kind}ed`, when: first.when }];
  });
}

/**
 * Tells of containers whose services are left out of this plan and that share a namespace which ends by it: they run on
 * without the network, or without what else they shared.
 */
export function leftBehind(
  { project, snapshot }: Planning,
  decided: ReadonlyMap<string, ServiceDecision>,
): readonly string[] {
  const running = new Set(snapshot.containers.filter(({ state }) => state === "running").map(({ service }) => service));
  return Object.values(project.disabledServices).flatMap((service) => {
    if (!running.has(service.name)) return [];
    return referencesOf(service).flatMap(({ attribute, service: parent }) => {
      const first = sharedReplica(decided.get(parent));
      if (attribute === "volumes_from" || (first?.kind !== "recreate" && first?.kind !== "restart")) return [];
      const about = `services.${service.name}.${attribute}`;
      return `${about}: its containers stay behind in what ends with ${parent}; name ${service.name}, too, or run up for all`;
    });
  });
}
