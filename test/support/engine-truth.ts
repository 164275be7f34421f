import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { pathsOf, rootsOf } from "../../src/embedded/store/paths.ts";
import type { EngineApi } from "./engine-api.ts";

const run = promisify(execFile);

/** A container as the engine tells of it. */
interface Told {
  readonly Id: string;
  readonly State: { readonly Status: string; readonly Pid: number };
  readonly NetworkSettings: { readonly Networks: Readonly<Record<string, { readonly NetworkID: string }>> };
}

/**
 * Compares what an engine tells with what is on the machine, seen with other eyes: processes, control groups, bridges and
 * their ports, rules, mounts, folders. Gives what is not as it says, in words; nothing when all is true.
 */
export async function untruths(api: EngineApi, folder: string): Promise<readonly string[]> {
  const paths = pathsOf(rootsOf({ data: join(folder, "data"), run: join(folder, "run") }));
  const rows = await api.containers();
  const containers = await Promise.all(rows.map(async ({ Id }) => (await api.get(`/containers/${Id}/json`)) as Told));
  const running = containers.filter(({ State }) => ["running", "paused"].includes(State.Status));
  const ids = new Set(containers.map(({ Id }) => Id));
  const live = new Set(running.map(({ Id }) => Id));
  const found = await Promise.all([
    ...running.map(ofRunning),
    ofProcesses(folder, live),
    ofGroups(paths.mark, live),
    ofNetworks(api, paths.mark, running),
    strangers(paths.running, live, "a run folder of"),
    strangers(paths.containers, ids, "data of"),
    ofSpools(paths.containers, live),
    ofMounts(folder),
  ]);
  return found.flat();
}

async function ofRunning({ Id, State }: Told): Promise<readonly string[]> {
  const group = await textOf(`/proc/${State.Pid}/cgroup`);
  if (!group.includes(Id)) return [`${Id} is said to be ${State.Status}, but ${State.Pid} is no process of it`];
  const frozen = await textOf(join("/sys/fs/cgroup/freezer", /freezer:(.*)/.exec(group)?.[1] ?? "", "freezer.state"));
  const isFrozen = frozen.trim() === "FROZEN";
  return isFrozen === (State.Status === "paused") ? [] : [`${Id} is said to be ${State.Status}, but is ${frozen}`];
}

async function ofProcesses(folder: string, live: ReadonlySet<string>): Promise<readonly string[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const command = (await textOf(`/proc/${pid}/cmdline`)).replaceAll("\0", " ");
      const [id] = /[0-9a-f]{64}/.exec(`${command} ${await textOf(`/proc/${pid}/cgroup`)}`) ?? [];
      const isOurs = command.includes(folder) && id !== undefined;
      return isOurs && !live.has(id) ? [`process ${pid} of ${id}: ${command.slice(0, 200)}`] : [];
    }),
  );
  return found.flat();
}

async function ofGroups(mark: string, live: ReadonlySet<string>): Promise<readonly string[]> {
  const root = "/sys/fs/cgroup";
  const folders = [root, ...(await namesIn(root)).map((name) => join(root, name))].map((each) => join(each, mark));
  const found = await Promise.all(folders.map((each) => strangers(each, live, `a control group in ${each} of`)));
  return found.flat();
}

/** Names in a folder that begin with the id of nobody known. */
async function strangers(folder: string, known: ReadonlySet<string>, what: string): Promise<readonly string[]> {
  const ids = (await namesIn(folder)).flatMap((name) => /^[0-9a-f]{64}/.exec(name) ?? []);
  return ids.filter((id) => !known.has(id)).map((id) => `${what} ${id}`);
}

async function ofSpools(containers: string, live: ReadonlySet<string>): Promise<readonly string[]> {
  const ids = (await namesIn(containers)).filter((id) => !live.has(id));
  const spools = await Promise.all(ids.map(async (id) => (await namesIn(join(containers, id, "spool"))).length));
  return ids.filter((_, index) => (spools[index] ?? 0) > 0).map((id) => `unread output of ${id}`);
}

/** Bridges are named by their network, ports of a bridge are as many as containers run on it, rules name no others. */
async function ofNetworks(api: EngineApi, mark: string, running: readonly Told[]): Promise<readonly string[]> {
  const networks = await api.networks();
  const bridgeOf = (id: string): string => `tsc${id.slice(0, 10)}`;
  const known = new Set(networks.map(({ Id = "" }) => bridgeOf(Id)));
  const links = (await run("ip", ["-o", "link"])).stdout.split("\n");
  const own = links.filter((line) => line.includes(mark)).flatMap((line) => /^\d+: (tsc\w+)/.exec(line)?.[1] ?? []);
  const ports = own.map((bridge) => {
    const wired = links.filter((line) => line.includes(` master ${bridge} `)).length;
    const wanted = running.filter(({ NetworkSettings }) =>
      Object.values(NetworkSettings.Networks).some(({ NetworkID }) => bridgeOf(NetworkID) === bridge),
    ).length;
    return wired === wanted ? [] : [`${bridge} has ${wired} ports, but ${wanted} containers run on it`];
  });
  const { stdout: rules } = await run("nft", ["list", "table", "inet", mark]).catch(() => ({ stdout: "" }));
  const named = new Set(rules.match(/tsc[0-9a-f]{10}/g));
  return [
    ...own.filter((bridge) => !known.has(bridge)).map((bridge) => `${bridge} is of no network`),
    ...[...named].filter((bridge) => !known.has(bridge)).map((bridge) => `rules for ${bridge}, which is of no network`),
    ...ports.flat(),
  ];
}

async function ofMounts(folder: string): Promise<readonly string[]> {
  const lines = (await textOf("/proc/self/mounts")).split("\n");
  return lines.filter((line) => line.includes(folder)).map((line) => `mount ${line}`);
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch(() => []);
}

/** Empty where there is no such file, or no longer. */
async function textOf(path: string): Promise<string> {
  return readFile(path, "latin1").catch(() => "");
}
