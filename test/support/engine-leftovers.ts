import { execFile } from "node:child_process";
import { access, appendFile, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { pathsOf, rootsOf } from "../../src/embedded/store/paths.ts";

const run = promisify(execFile);

/** Tells the processes of a run where its engines are noted. */
const variable = "TSCOMPOSE_E2E_ENGINES";

/** Where engines are noted from some moment on. */
export interface EngineNotes {
  /** A data folder a line. */
  readonly list: string;
}

/** Before a run: from now on its embedded engines are noted here, whoever noted them before. */
export async function expectEngines(): Promise<EngineNotes> {
  const list = join(await mkdtemp(join(tmpdir(), "tscompose-engines-")), "engines");
  process.env[variable] = list;
  return { list };
}

/** Notes an engine of this run by its data folder; all that it makes carries a mark made of that. */
export async function noteEngine(data: string): Promise<void> {
  const list = process.env[variable];
  if (list !== undefined) await appendFile(list, `${data}\n`);
}

/**
 * What the noted engines have left on the machine: bridges, rules, control groups, mounts, processes, folders. What
 * others make meanwhile has other marks.
 */
export async function leftByEngines({ list }: EngineNotes): Promise<readonly string[]> {
  const noted = (await textOf(list)).split("\n").filter((line) => line !== "");
  await rm(dirname(list), { recursive: true });
  if (noted.length === 0) return [];
  const folders = noted.map((data) => dirname(data));
  const marks = noted.map((data) => pathsOf(rootsOf({ data })).mark);
  return [...(await inKernel(marks)), ...(await ofFolders(folders))];
}

async function inKernel(marks: readonly string[]): Promise<readonly string[]> {
  const [links, rules] = await Promise.all([
    run("ip", ["-o", "link", "show", "type", "bridge"]),
    run("nft", ["list", "ruleset"], { maxBuffer: 2 ** 28 }),
  ]);
  const bridges = links.stdout.split("\n").map((line) => line.replace(/^\d+: (\S+):.*\salias /, "bridge $1 of "));
  const lines = [...bridges, ...rules.stdout.split("\n").map((line) => line.trim())];
  const groups = (await groupNames()).map((name) => `control group ${name}`);
  return [...lines, ...groups].filter((line) => marks.some((mark) => line.includes(mark)));
}

/** Of all hierarchies: those of v1 are one folder deeper. */
async function groupNames(): Promise<readonly string[]> {
  const root = "/sys/fs/cgroup";
  const top = await readdir(root);
  const below = await Promise.all(top.map((name) => readdir(join(root, name)).catch(() => [])));
  return [...new Set([...top, ...below.flat()])];
}

async function ofFolders(folders: readonly string[]): Promise<readonly string[]> {
  const mounts = (await textOf("/proc/self/mounts")).split("\n").map((line) => `mount ${line}`);
  const lines = [...mounts, ...(await processes())].filter((line) => folders.some((folder) => line.includes(folder)));
  const remaining = await Promise.all(folders.map(async (folder) => ((await exists(folder)) ? [folder] : [])));
  return [...lines, ...remaining.flat()];
}

/** Every process, with the command that it was started by. */
async function processes(): Promise<readonly string[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  return Promise.all(
    pids.map(async (pid) => `process ${pid}: ${(await textOf(`/proc/${pid}/cmdline`)).replaceAll("\0", " ")}`),
  );
}

/** Empty when there is no such file, or no longer. */
async function textOf(path: string): Promise<string> {
  return readFile(path, "utf8").catch((error: unknown) => {
    if (error instanceof Error && "code" in error && ["ENOENT", "ESRCH"].includes(String(error.code))) return "";
    throw error;
  });
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
