import { label } from "../observe/labels.ts";
import type { Project } from "../compose/project.ts";
import type { ObservedContainer, Snapshot } from "../observe/snapshot.ts";
import { isStarted, survivorName, survivorNames, type Decision, type ServiceDecision } from "./decision.ts";
import { holderOf, overlap, portText, type WantedPort, wantedPorts } from "./host-ports.ts";
import { isUp } from "./known-state.ts";
import type { Orphan } from "./orphans.ts";
import type { Problem, ReportProblem } from "./problem.ts";

/** Finds names and host ports that two containers would claim: told before anything is done. */
export function checkCollisions(outlook: Outlook, report: ReportProblem): void {
  checkNames(outlook, report);
  checkPorts(outlook, report);
}

/** What is, and what shall be. */
export interface Outlook {
  readonly project: Project;
  readonly snapshot: Snapshot;
  readonly decided: ReadonlyMap<string, ServiceDecision>;
  /** Orphans that will be removed. */
  readonly orphans: readonly Orphan[];
  /** Containers will be started, not only made. */
  readonly starts: boolean;
}

/** Between containers of the project, then with those that run already. */
function checkPorts(outlook: Outlook, report: ReportProblem): void {
  const claims: Claim[] = [];
  for (const decision of outlook.decided.values()) {
    const holders = possibleHolders(decision.replicas, outlook);
    for (const wanted of wantedPorts(decision.service, outlook)) {
      const problem = claimPort(decision, wanted, claims) ?? takenPort(decision, wanted, holders, outlook.project);
      if (problem !== undefined) report(problem);
    }
  }
}

interface Claim {
  readonly container: string;
  readonly service: string;
  readonly wanted: WantedPort;
}

/** Notes which containers will publish a port; tells when another will already. A range has room for several. */
function claimPort(decision: ServiceDecision, wanted: WantedPort, claims: Claim[]): Problem | undefined {
  if (wanted.first !== wanted.last) return undefined;
  const service = decision.service.name;
  for (const container of survivorNames(decision)) {
    const rival = claims.find((each) => each.container !== container && collide(each.wanted, wanted));
    if (rival !== undefined) return rivalry(rival, { container, service, wanted });
    claims.push({ container, service, wanted });
  }
  return undefined;
}

function collide(a: WantedPort, b: WantedPort): boolean {
  return a.first === b.first && a.protocol === b.protocol && overlap(a.hostIp, b.hostIp);
}

function rivalry(first: Claim, second: Claim): Problem {
  const about = { code: "conflict", path: ["services", second.service, "ports"] } as const;
  const port = portText(second.wanted);
  if (first.service !== second.service) {
    return { ...about, message: `${port} is already published by service ${first.service}` };
  }
  return {
    ...about,
    message: `${first.container} and ${second.container} cannot both publish ${port}`,
    hint: "publish a range (8080-8090:80) or leave the host port to the engine (80)",
  };
}

/** What runs and will go on running beside replicas that are started; nothing where none is. */
function possibleHolders(replicas: readonly Decision[], outlook: Outlook): readonly ObservedContainer[] | undefined {
  const { snapshot, decided, orphans, starts } = outlook;
  const started = replicas.filter(isStarted);
  if (!starts || started.length === 0) return undefined;
  const freed = freedContainers(decided, orphans);
  const running = [...snapshot.containers.filter(isUp), ...snapshot.portHolders];
  return running.filter(({ id }) => !freed.has(id) && !started.some((decision) => isOwn(decision, id)));
}

function takenPort(
  { service }: ServiceDecision,
  wanted: WantedPort,
  containers: readonly ObservedContainer[] | undefined,
  project: Project,
): Problem | undefined {
  if (containers === undefined) return undefined;
  const holders = new Map<string, ObservedContainer>();
  for (let port = wanted.first; port <= wanted.last; port++) {
    const holder = holderOf(port, wanted, containers);
    if (holder === undefined) return undefined;
    holders.set(holder.id, holder);
  }
  const [holder, ...others] = holders.values();
  if (holder === undefined) return undefined;
  const names = [holder, ...others].map((each) => describeHolder(each, project));
  const orphans = [holder, ...others].filter((each) => isOrphan(each, project));
  const remove = orphans.length > 0 ? "remove it: --remove-orphans" : `stop it: docker stop ${holder.name}`;
  return {
    code: "conflict",
    path: ["services", service.name, "ports", wanted.index],
    message: `${portText(wanted)} is already published by ${names.join(", ")}`,
    hint: `${remove}, or publish another port`,
  };
}

/** `container shop-db-1 of project shop`. */
export function describeHolder(container: ObservedContainer, project: Project): string {
  if (isOrphan(container, project)) return `orphan container ${container.name}`;
  const owner = container.labels[label.project];
  const whose = owner === project.name ? ` of service ${container.service}` : owner ? ` of project ${owner}` : "";
  return `container ${container.name}${whose}`;
}

function isOrphan({ labels, service }: ObservedContainer, { name, services, disabledServices }: Project): boolean {
  return labels[label.project] === name && !(service in services) && !(service in disabledServices);
}

function checkNames({ project, snapshot, decided, orphans }: Outlook, report: ReportProblem): void {
  const freed = freedContainers(decided, orphans);
  const owners = new Map<string, string>();
  for (const [service, { replicas }] of decided) {
    for (const decision of replicas) {
      const name = survivorName(decision);
      if (name === undefined) continue;
      const owner = owners.get(name);
      owners.set(name, service);
      if (owner !== undefined) {
        const others = owner === service ? "another replica" : `service ${owner}`;
        report({
          code: "conflict",
          path: ["services", service],
          message: `container name "${name}" is also that of ${others}`,
        });
      }
      const holder = [...snapshot.containers, ...snapshot.nameHolders].find((each) => each.name === name);
      if (holder === undefined || freed.has(holder.id) || isOwn(decision, holder.id)) continue;
      report({
        code: "conflict",
        path: ["services", service],
        message: `container name "${name}" is taken by ${describeHolder(holder, project)}`,
        hint: `remove it: docker rm -f ${name}`,
      });
    }
  }
}

function isOwn(decision: Decision, id: string): boolean {
  return "existing" in decision && decision.existing.container.id === id;
}

/** Containers that give their name free: they are removed, or replaced under another. */
function freedContainers(decided: Outlook["decided"], orphans: readonly Orphan[]): ReadonlySet<string> {
  const replaced = [...decided.values()].flatMap(({ replicas }) =>
    replicas.flatMap((each) =>
      each.kind === "remove" || each.kind === "recreate" ? [each.existing.container.id] : [],
    ),
  );
  return new Set([...replaced, ...orphans.map(({ container }) => container.id)]);
}
