import { existsSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
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

/** Kills all processes of a container's control groups, frozen ones too. */
export function killGroup(mark: string, id: string): void {
  const folders = hierarchies()
    .map((hierarchy) => join(hierarchy, mark, id))
    .filter((folder) => existsSync(folder));
  const pids = new Set(folders.flatMap(processesIn));
  for (const pid of pids) kill(pid);
  if (pids.size === 0) return;
  // A frozen process dies when it goes on.
  for (const folder of folders) {
    writeIfThere(join(folder, "freezer.state"), "THAWED");
    writeIfThere(join(folder, "cgroup.freeze"), "0");
  }
}

function processesIn(folder: string): readonly number[] {
  const below = foldersIn(folder).flatMap((name) => processesIn(join(folder, name)));
  return [...textOf(join(folder, "cgroup.procs")).split("\n").filter(Boolean).map(Number), ...below];
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
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

/** Empty where there is no such file, or no longer. */
function textOf(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch (error) {
    if (isGone(error)) return "";
    throw error;
  }
}

function writeIfThere(path: string, text: string): void {
  try {
    writeFileSync(path, text, { flag: "r+" });
  } catch (error) {
    if (!isGone(error)) throw error;
  }
}

function isGone(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENODEV");
}
