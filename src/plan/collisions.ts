import type { Project } from "../compose/project.ts";
import type { Snapshot } from "../observe/snapshot.ts";
import { survivorName, survivorNames, type Decision, type ServiceDecision } from "./decision.ts";
import type { Orphan } from "./orphans.ts";
import type { ReportProblem } from "./problem.ts";

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
}

function checkPorts({ project, decided }: Outlook, report: ReportProblem): void {
  const claims: Claim[] = [];
  for (const [name, decision] of decided) {
    const ports = project.services[name]?.ports ?? [];
    for (const container of survivorNames(decision)) {
      for (const { published = "", hostIp = "", protocol = "tcp" } of ports) {
        if (!/^\d+$/.test(published) || published === "0") continue;
        const claim = { container, service: name, port: `${published}/${protocol}`, hostIp };
        const rival = claims.find((each) => each.container !== container && collide(each, claim));
        if (rival !== undefined) reportPort(rival, claim, report);
        claims.push(claim);
      }
    }
  }
}

interface Claim {
  readonly container: string;
  readonly service: string;
  readonly port: string;
  readonly hostIp: string;
}

function collide(a: Claim, b: Claim): boolean {
  const isEvery = (ip: string): boolean => ip === "" || ip === "0.0.0.0" || ip === "::";
  return a.port === b.port && (a.hostIp === b.hostIp || isEvery(a.hostIp) || isEvery(b.hostIp));
}

function reportPort(first: Claim, second: Claim, report: ReportProblem): void {
  const isScaled = first.service === second.service;
  report({
    code: "conflict",
    path: ["services", second.service, "ports"],
    message: isScaled
      ? `${first.container} and ${second.container} cannot both publish ${second.port}`
      : `${second.port} is already published by service ${first.service}`,
    ...(isScaled ? { hint: "publish a range (8080-8090:80) or leave the host port to the engine (80)" } : {}),
  });
}

function checkNames({ snapshot, decided, orphans }: Outlook, report: ReportProblem): void {
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
      const holder = snapshot.containers.find((each) => each.name === name);
      if (holder === undefined || freed.has(holder.id) || isOwn(decision, holder.id)) continue;
      report({
        code: "conflict",
        path: ["services", service],
        message: `container name "${name}" is taken by a container of ${holder.service}`,
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
