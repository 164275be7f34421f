import type { Service } from "../compose/project.ts";
import { serviceGraph } from "../graph/service-graph.ts";
import type { ObservedContainer } from "../observe/snapshot.ts";
import { sharedReplica, type Decision, type Existing, type ServiceDecision } from "./decision.ts";
import { isJob, rerunJobs } from "./jobs.ts";
import { containerName, finalNameIn, wantedScale } from "./names.ts";
import { liveDifference } from "./live-change.ts";
import { obsolescence } from "./obsolete.ts";
import type { ReconcileOptions } from "./options.ts";
import type { Guard } from "./plan.ts";
import type { Planning } from "./planning.ts";
import { referencesOf } from "./references.ts";
import { restartOf } from "./restarts.ts";
import { changeableLive } from "./spec/container.ts";

/** Decides about the containers of every service, dependencies first; nothing is written down as steps yet. */
export function decideContainers(planning: Planning): Map<string, ServiceDecision> {
  const { project, options, report } = planning;
  const decided = new Map<string, ServiceDecision>();
  for (const name of serviceGraph(project.services).order) {
    const service = project.services[name];
    if (service === undefined) continue;
    for (const { attribute, service: parent } of referencesOf(service)) {
      if (sharedReplica(decided.get(parent)) !== undefined) continue;
      const path = ["services", name, attribute];
      report({ code: "invalid-usage", path, message: `service "${parent}" has no container` });
    }
    decided.set(name, { service, replicas: decideService(planning, decided, service) });
  }
  return rerunJobs(project, decided, options);
}

function decideService(
  planning: Planning,
  decided: ReadonlyMap<string, ServiceDecision>,
  service: Service,
): Decision[] {
  const { snapshot, options, project } = planning;
  if (options.oneOff?.service === service.name) {
    return [{ kind: "create", name: options.oneOff.name, number: 0, cause: "run" }];
  }
  const scale = wantedScale(service, options.scale);
  const containers = snapshot.containers.filter((each) => each.service === service.name && !each.isOneOff);
  const { replicas, leftovers } = recognise(containers, service);
  const verdicts = replicas
    .map((existing) => ({ existing, verdict: judge(planning, decided, service, existing) }))
    .sort(keptFirst);
  const cause = `scale ${replicas.length} -> ${scale}`;
  const surplus = verdicts.slice(scale).map(({ existing }): Decision => ({ kind: "remove", existing, cause }));
  const staying = verdicts.slice(0, scale).map(({ existing, verdict }) => {
    return verdict === undefined
      ? keepOrStart(planning, decided, service, withLiveUpdate(planning, service, existing))
      : recreation(planning, service, existing, verdict);
  });
  const next = Math.max(0, ...replicas.map(({ number }) => number)) + 1;
  const missing = Array.from({ length: Math.max(0, scale - replicas.length) }, (_, index): Decision => {
    const number = next + index;
    const name = containerName(project, service, number);
    return { kind: "create", name, number, cause: replicas.length === 0 ? "missing" : cause };
  });
  return [...staying.toSorted(byNumber), ...missing, ...surplus, ...leftovers];
}

/** Tells replicas from what an interrupted recreation left under a temporary name. */
function recognise(
  containers: readonly ObservedContainer[],
  service: Service,
): { readonly replicas: Existing[]; readonly leftovers: Decision[] } {
  const replicas: Existing[] = [];
  const leftovers: Decision[] = [];
  const names = new Set(containers.map(({ name }) => name));
  const newestFirst = containers.toSorted((a, b) => b.createdAtSeconds - a.createdAtSeconds);
  for (const container of newestFirst) {
    const finalName = container.name === service.containerName ? undefined : finalNameIn(container.name);
    const existing = {
      container,
      name: finalName ?? container.name,
      number: container.number ?? 1,
      needsRename: false,
    };
    if (finalName === undefined) replicas.push(existing);
    else if (names.has(finalName)) {
      leftovers.push({ kind: "remove", existing, cause: "left over by an interrupted recreation" });
    } else {
      names.add(finalName);
      replicas.push({ ...existing, needsRename: true });
    }
  }
  return { replicas, leftovers };
}

/** Why a replica is recreated: what was asked for, or what changed. */
interface Verdict {
  readonly cause: string;
  readonly when: readonly Guard[];
}

function judge(
  planning: Planning,
  decided: ReadonlyMap<string, ServiceDecision>,
  service: Service,
  existing: Existing,
): Verdict | undefined {
  // Whoever asked for that may be gone; there is nothing left to keep.
  if (existing.container.state === "removing") return { cause: "being removed", when: [] };
  const asked = recreatePolicy(service, planning.options);
  if (asked.policy === "force") return { cause: asked.cause, when: [] };
  if (asked.policy === "never") return undefined;
  const found = obsolescence(planning, decided, service, existing);
  if (found === undefined) return undefined;
  if (found.causes.length > 0) return { cause: found.causes.join(", "), when: [] };
  const isByProviders = found.when.every(({ kind }) => kind === "variables-changed");
  return { cause: isByProviders ? "other variables" : "new image", when: found.when };
}

/** What can be changed live is compared with what a container really has: its labels cannot follow a change. */
function withLiveUpdate({ options }: Planning, service: Service, existing: Existing): Existing {
  const { details } = existing.container;
  if (details === undefined || recreatePolicy(service, options).policy === "never") return existing;
  const wanted = changeableLive({ service, restartsHere: options.restartsHere === true });
  const { update } = liveDifference(wanted, details.HostConfig);
  return update === undefined ? existing : { ...existing, update };
}

function recreatePolicy(
  { name }: Service,
  { services = [], recreate = "diverged", renewAnonymousVolumes, alwaysRecreateDependencies }: ReconcileOptions,
): { readonly policy: "diverged" | "force" | "never"; readonly cause: string } {
  const isTargeted = services.length === 0 || services.includes(name);
  if (!isTargeted) {
    return { policy: alwaysRecreateDependencies === true ? "force" : "diverged", cause: "--always-recreate-deps" };
  }
  if (renewAnonymousVolumes === true) return { policy: "force", cause: "--renew-anon-volumes" };
  return { policy: recreate, cause: "--force-recreate" };
}

/** Surplus is taken from the end: what is obsolete goes first, then the highest numbers. */
function keptFirst(
  a: { readonly existing: Existing; readonly verdict: Verdict | undefined },
  b: { readonly existing: Existing; readonly verdict: Verdict | undefined },
): number {
  const isObsolete = (verdict: Verdict | undefined): number =>
    verdict !== undefined && verdict.when.length === 0 ? 1 : 0;
  return isObsolete(a.verdict) - isObsolete(b.verdict) || a.existing.number - b.existing.number;
}

function recreation(
  { project, volumes }: Planning,
  service: Service,
  existing: Existing,
  { cause, when }: Verdict,
): Decision {
  const { number } = existing;
  const removesFirst = (service.volumes ?? []).some(
    ({ type, source }) => type === "volume" && volumes.get(source ?? "")?.kind === "recreate",
  );
  const name = containerName(project, service, number);
  return { kind: "recreate", existing, name, number, cause, when, removesFirst };
}

function keepOrStart(
  planning: Planning,
  decided: ReadonlyMap<string, ServiceDecision>,
  service: Service,
  existing: Existing,
): Decision {
  const { options, project } = planning;
  const { state, exitCode } = existing.container;
  const { networks, causes, when } = restartOf(planning, decided, service, existing);
  if (networks.length > 0) return { kind: "restart", existing, networks, cause: causes.join(", "), when: [] };
  if (options.start === false) return { kind: "keep", existing };
  switch (state) {
    case "running":
      if (causes.length === 0) return { kind: "keep", existing };
      return { kind: "restart", existing, networks: [], cause: causes.join(", "), when };
    case "restarting":
    case "removing":
      return { kind: "keep", existing };
    case "paused":
      return { kind: "unpause", existing, cause: "paused" };
    case "exited":
      if (exitCode === 0 && isJob(project, service.name, options)) return { kind: "keep", existing };
      return { kind: "start", existing, cause: exitCode === undefined ? "exited" : `exited (${exitCode})`, when: [] };
    case "created":
    case "dead":
      return {
        kind: "start",
        existing,
        cause: existing.needsRename ? `left as ${existing.container.name}` : "not started yet",
        when: [],
      };
  }
  throw new Error(`unknown state of ${existing.name} in ${project.name}: ${String(state)}`);
}

function byNumber(a: Decision, b: Decision): number {
  return numberOf(a) - numberOf(b);
}

function numberOf(decision: Decision): number {
  return "number" in decision ? decision.number : decision.existing.number;
}
