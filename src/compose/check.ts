import { checkCycles } from "./checks/cycles.ts";
import { checkDependencies } from "./checks/dependencies.ts";
import { modelChecks } from "./checks/model.ts";
import { checkMounts } from "./checks/mounts.ts";
import { checkReferences } from "./checks/references.ts";
import { checkScale } from "./checks/scale.ts";
import { checkService } from "./checks/service.ts";
import { type Check, teller } from "./checks/teller.ts";
import type { Report } from "./diagnostic.ts";
import { pathTable } from "./path-table.ts";
import type { Project } from "./project.ts";
import { type Rewrite, rewriteTree } from "./rewrite.ts";
import type { MapTree } from "./tree.ts";

const checks: readonly Check[] = [checkService, checkReferences, checkScale, checkMounts, checkDependencies];

/** Checks what the schema cannot, for one model in canonical form; reports every mistake where it was written. */
export function checkModel(tree: MapTree, report: Report): void {
  const tell = teller([], tree, report);
  const visits = Object.entries(modelChecks).map(([pattern, check]): [string, Rewrite] => [
    pattern,
    (value, path) => {
      check(value, path, tell);
      return value;
    },
  ]);
  rewriteTree(tree, pathTable(Object.fromEntries(visits)));
}

/** Checks what attributes mean together, for all active services; reports every mistake where it was written. */
export function checkConsistency(project: Project, tree: MapTree, report: Report): void {
  for (const service of Object.values(project.services)) {
    const tell = teller(["services", service.name], tree, report);
    for (const check of checks) check(service, project, tell);
  }
  const tell = teller([], tree, report);
  for (const { key, isExternal, file, environment } of Object.values(project.secrets)) {
    if (isExternal || isText(file) || isText(environment)) continue;
    const hint = 'add "file: ./PATH" or "environment: NAME"';
    tell(["secrets", key], { code: "missing-key", message: "secret has neither a file nor an environment", hint });
  }
  checkCycles(project, tell);
}

/** Checks that no two active services want the same container name. */
export function checkContainerNames(project: Project, tree: MapTree, report: Report): void {
  const owners = new Map<string, string>();
  for (const { name, containerName } of Object.values(project.services)) {
    if (!isText(containerName)) continue;
    const owner = owners.get(containerName);
    if (owner === undefined) {
      owners.set(containerName, name);
      continue;
    }
    const message = `container name "${containerName}" is already taken by service "${owner}"`;
    teller(["services", name], tree, report)(["container_name"], { code: "duplicate-name", message });
  }
}

function isText(text: string | undefined): text is string {
  return text !== undefined && text !== "";
}
