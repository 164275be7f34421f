import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { TscomposeError } from "../../src/errors.ts";
import { EngineApi } from "./engine-api.ts";
import { FileStorm } from "./file-storm.ts";
import { TestProject } from "./test-project.ts";
import { containerTree, hostTree, Watching } from "./watching.ts";

/** How long it took, in rounds of operations and quiet, until the container held what the files held. */
export interface SoakReport {
  readonly rounds: number;
  readonly operations: number;
  /** Of each round: from the last operation until the copy was told that was seen to be equal then. */
  readonly settledMs: readonly number[];
}

/** Lets a storm rage over watched files, and compares after every round. Throws when a copy does not become equal. */
export async function soakWatch(options: {
  readonly seed: number;
  readonly operations: number;
  readonly perRound: number;
  readonly patienceMs: number;
  /** Absent: the one that the environment names. */
  readonly engine?: EngineApi;
}): Promise<SoakReport> {
  const { seed, operations, perRound, patienceMs, engine = new EngineApi() } = options;
  await using project = await TestProject.create({ "compose.yaml": composeFile, "src/first": "x" }, engine);
  const folder = join(project.directory, "src");
  await mkdir(folder, { recursive: true });
  await using watching = await Watching.start(project);
  await watching.says(/synced in /);
  const storm = new FileStorm(folder, seed);
  const settledMs: number[] = [];
  for (let done = 0; done < operations; done += perRound) {
    await storm.blow(Math.min(perRound, operations - done));
    settledMs.push(await settle(() => compare(engine, `${project.name}-web-1`, folder), { watching, patienceMs }));
  }
  return { rounds: settledMs.length, operations, settledMs };
}

const composeFile = `
services:
  web:
    image: busybox
    command: sleep infinity
    init: true
    stop_signal: SIGKILL
    develop: { watch: [{ path: src, action: sync, target: /app }] }
`;

/** What differs; nothing when the container holds what the folder holds. */
async function compare(engine: EngineApi, container: string, folder: string): Promise<string | undefined> {
  try {
    const [there, here] = await Promise.all([containerTree(engine, container, "/app"), hostTree(folder)]);
    const missing = here.filter((line) => !there.includes(line));
    const extra = there.filter((line) => !here.includes(line));
    if (missing.length + extra.length === 0) return undefined;
    return `missing: ${missing.join(", ")}; too much: ${extra.join(", ")}`;
  } catch (error) {
    // What is removed while Docker packs it ends the archive there.
    if (error instanceof TscomposeError) return error.message;
    throw error;
  }
}

/** Looks again whenever something was copied, until nothing differs. */
async function settle(
  difference: () => Promise<string | undefined>,
  { watching, patienceMs }: { readonly watching: Watching; readonly patienceMs: number },
): Promise<number> {
  const begin = performance.now();
  for (;;) {
    const {
      said: { length: said },
      saidAt,
    } = watching;
    const differs = await difference();
    const sinceMs = performance.now() - begin;
    // Looking takes its time, too, which is not the time of who copies.
    if (differs === undefined) return Math.max(0, saidAt - begin);
    if (sinceMs > patienceMs)
      throw new Error(`after ${sinceMs.toFixed(0)} ms ${differs}\n${watching.said.slice(-2000)}`);
    await watching.saysMore(said, patienceMs);
  }
}
