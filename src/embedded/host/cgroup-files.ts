import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { cgroupsOf } from "./freezer.ts";

const root = "/sys/fs/cgroup";

/** The control groups of a process, and what stands in their files. */
export interface CgroupFiles {
  readonly version: 1 | 2;
  /** The content of a file: of this controller's folder with v1. `undefined` when there is no such file. */
  read(controller: string, name: string): Promise<string | undefined>;
  /** Host's numbers of all its processes, those of groups below included. */
  pids(): Promise<readonly number[]>;
}

/** Finds the control groups of a process; `undefined` when it is gone. */
export function cgroupFiles(pid: number): CgroupFiles | undefined {
  const lines = cgroupsOf(pid).split("\n");
  const unified = lines.find((line) => line.startsWith("0::"))?.slice(3);
  const legacy = new Map(lines.flatMap(legacyEntries));
  // A hybrid host has a group of v2 as well, without controllers.
  const folders = legacy.size > 0 ? legacy : undefined;
  if (folders === undefined && unified === undefined) return undefined;
  const folderOf = (controller: string): string | undefined =>
    folders === undefined ? join(root, unified ?? "") : folders.get(controller);
  return {
    version: folders === undefined ? 2 : 1,
    async read(controller, name) {
      const folder = folderOf(controller);
      return folder === undefined ? undefined : readOrNone(join(folder, name));
    },
    async pids() {
      const folder = folderOf("pids") ?? folderOf("freezer");
      return folder === undefined ? [] : pidsBelow(folder);
    },
  };
}

/** `3:cpu,cpuacct:/path` is mounted under one name or the other. */
function legacyEntries(line: string): readonly (readonly [string, string])[] {
  const [, controllers = "", path = ""] = /^\d+:([^:]+):(.*)$/.exec(line) ?? [];
  if (controllers === "" || controllers.startsWith("name=")) return [];
  return controllers.split(",").map((controller) => [controller, join(root, controller, path)] as const);
}

async function pidsBelow(folder: string): Promise<readonly number[]> {
  const own = (await readOrNone(join(folder, "cgroup.procs")))?.split("\n").filter((line) => line !== "") ?? [];
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const below = entries.filter((entry) => entry.isDirectory()).map(({ name }) => pidsBelow(join(folder, name)));
  return [...own.map(Number), ...(await Promise.all(below)).flat()];
}

/** Content of a file of the kernel; `undefined` when it is not there or cannot be read, as that of a process that ends. */
export async function readOrNone(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch {
    return undefined;
  }
}
