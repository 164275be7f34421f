import { readdirSync, rmdirSync } from "node:fs";
import { join } from "node:path";

const root = "/sys/fs/cgroup";

/**
 * Removes an engine's control groups that have no process any more, its own folder too when nothing is left in it.
 * `isKept` says which containers' stay in any case.
 */
export function sweepCgroups(mark: string, isKept: (id: string) => boolean): void {
  for (const folder of hierarchies().map((hierarchy) => join(hierarchy, mark))) {
    for (const id of foldersIn(folder)) {
      if (!isKept(id)) removeTree(join(folder, id));
    }
    removeEmpty(folder);
  }
}

/** The places where control groups are made: one for all controllers, or one for each. */
function hierarchies(): readonly string[] {
  return [root, ...foldersIn(root).map((name) => join(root, name))];
}

function removeTree(folder: string): void {
  for (const name of foldersIn(folder)) removeTree(join(folder, name));
  removeEmpty(folder);
}

function removeEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code !== "ENOENT" && code !== "EBUSY" && code !== "ENOTEMPTY") throw error;
  }
}

function foldersIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
}
