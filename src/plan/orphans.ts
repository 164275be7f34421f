import type { Project } from "../compose/project.ts";
import type { ObservedContainer, Snapshot } from "../observe/snapshot.ts";
import type { ReconcileOptions } from "./options.ts";

/** A container of the project that no service of the project accounts for. */
export interface Orphan {
  readonly container: ObservedContainer;
  readonly cause: string;
}

/** Orphans to remove; when that was not asked for, they are only told. */
export function decideOrphans(
  project: Project,
  snapshot: Snapshot,
  { removeOrphans, ignoreOrphans }: Pick<ReconcileOptions, "removeOrphans" | "ignoreOrphans">,
  remark: (text: string) => void,
): Orphan[] {
  const orphans = orphansOf(project, snapshot);
  if (removeOrphans === true) return orphans;
  if (orphans.length > 0 && ignoreOrphans !== true) {
    const names = orphans.map(({ container }) => container.name).join(", ");
    remark(`orphan containers (${names}): no service of this project; remove them with --remove-orphans`);
  }
  return [];
}

/** Every container that no service accounts for; what a profile or a selection leaves out is no orphan. */
export function orphansOf(project: Project, { containers }: Snapshot): Orphan[] {
  return containers.flatMap((container) => {
    const isKnown = container.service in project.services || container.service in project.disabledServices;
    if (!isKnown) return [{ container, cause: `orphan: no service "${container.service}"` }];
    const isSpent = container.isOneOff && (container.state === "exited" || container.state === "dead");
    return isSpent ? [{ container, cause: "orphan: one-off that has ended" }] : [];
  });
}
