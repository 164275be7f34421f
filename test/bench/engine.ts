// The embedded engine beside Docker Engine, over the API alone and turn by turn.
//   node test/bench/engine.ts [--rounds SHARE] [--only TEXT] [--out FILE.json]
// Needs root, Docker Compose (see test/support/tool.ts), and Docker Engine at DOCKER_HOST with busybox.
import { readdirSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { cpus, release } from "node:os";
import { dirname } from "node:path";
import { parseArgs } from "node:util";
import { engineAddress, EngineApi } from "../support/engine-api.ts";
import { dockerCompose, tscompose } from "../support/tool.ts";
import { runBehindPeer } from "./behind-peer.ts";
import { benchEngine } from "./embedded.ts";
import { clocked, type Contestant, type Figure, interleave } from "./measure.ts";
import { flat } from "./projects.ts";
import { Player, type Side } from "./side.ts";
import { Wire } from "./wire.ts";

const crowd = 50;
const logMegabytes = 200;
const name = `bench-engine-${process.pid}`;

/** An engine's part of the work: containers of busybox on a bridge of their own. */
class Work implements AsyncDisposable {
  readonly #wire: Wire;
  readonly api: EngineApi;

  private constructor(address: string) {
    this.#wire = new Wire(address);
    this.api = new EngineApi(address);
  }

  static async enter(address: string): Promise<Work> {
    const work = new Work(address);
    await work.#wire.send("POST", "/networks/create", { Name: name, Driver: "bridge" });
    return work;
  }

  /** Creates and starts containers, all at once. */
  start(count: number, Cmd: readonly string[] = ["sleep", "100000"]): Promise<unknown> {
    return this.#each(count, async (container) => {
      const body = { Image: "busybox", Cmd, HostConfig: { NetworkMode: name } };
      await this.#wire.send("POST", `/containers/create?name=${container}`, body);
      await this.#wire.send("POST", `/containers/${container}/start`);
    });
  }

  /** Kills and removes them, all at once. */
  end(count: number): Promise<unknown> {
    return this.#each(count, async (container) => {
      await this.#wire.send("POST", `/containers/${container}/kill`);
      await this.#wire.send("DELETE", `/containers/${container}?v=1`);
    });
  }

  /** Runs one to its end. */
  async finish(script: string): Promise<void> {
    await this.start(1, ["sh", "-c", script]);
    await this.#wire.send("POST", `/containers/${name}-0/wait`);
    await this.#wire.send("DELETE", `/containers/${name}-0`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#wire.send("DELETE", `/networks/${name}`);
    this.#wire[Symbol.dispose]();
  }

  #each(count: number, work: (container: string) => Promise<void>): Promise<unknown> {
    return Promise.all(Array.from({ length: count }, (_, index) => work(`${name}-${index}`)));
  }
}

interface Row {
  readonly name: string;
  /** Of the peer's time, at most; from the project's own goals. */
  readonly goals: Readonly<Record<string, number>>;
  readonly rounds: number;
  readonly measure: (work: Work) => Promise<Readonly<Record<string, number>>>;
}

const rows: readonly Row[] = [
  {
    name: "one container",
    goals: { "create and start": 0.35 },
    rounds: 30,
    async measure(work) {
      const taken = await clocked(() => work.start(1));
      await work.end(1);
      return { "create and start": taken };
    },
  },
  {
    name: `${crowd} containers in parallel`,
    goals: { "create and start": 0.3, "kill and remove": 0.15 },
    rounds: 10,
    measure: async (work) => ({
      "create and start": await clocked(() => work.start(crowd)),
      "kill and remove": await clocked(() => work.end(crowd)),
    }),
  },
  {
    name: `a log of ${logMegabytes} MB`,
    goals: { "until it has ended": 1 / 3 },
    rounds: 3,
    async measure(work) {
      const line = "x".repeat(99);
      const script = `yes ${line} | head -n ${logMegabytes * 10_000}`;
      return { "until it has ended": await clocked(() => work.finish(script)) };
    },
  },
];

/** What was found of one metric. */
interface Result {
  readonly row: string;
  readonly metric: string;
  /** At most so much is wanted: of the peer's median, or where there is none of MiB. */
  readonly goal: number;
  readonly found: number;
  readonly figures?: readonly Figure[];
}

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "1" },
    only: { type: "string", default: "" },
    out: { type: "string" },
  },
});
if (dockerCompose === undefined) throw new Error("Docker Compose is not here: there is nothing to compare with");

await using stack = new AsyncDisposableStack();
const [address = "", pid = "0"] = process.env["TSCOMPOSE_BENCH_ENGINE"]?.split(" ") ?? (await startEngine());
const status = await runBehindPeer(dockerCompose, { TSCOMPOSE_BENCH_ENGINE: `${address} ${pid}` });
if (status !== undefined) {
  await stack.disposeAsync();
  process.exit(status);
}
const results: Result[] = [];
for (const row of rows.filter(({ name: title }) => title.includes(values.only))) await compare(row);
if ("up".includes(values.only)) await compareUp();
if ("memory".includes(values.only)) await weigh(Number(pid));
if (values.out !== undefined) {
  const { Version } = (await new EngineApi().get("/version")) as { Version: string };
  const machine = `${cpus().length} cores, Linux ${release()}, Node ${process.versions.node}, Docker Engine ${Version}`;
  const date = new Date().toISOString().slice(0, 10);
  await writeFile(values.out, `${JSON.stringify({ date, machine, results }, null, 2)}\n`);
}

async function startEngine(): Promise<readonly string[]> {
  const engine = stack.use(await benchEngine());
  return [engine.address, String(engine.process.pid)];
}

async function compare({ name: title, goals, rounds, measure }: Row): Promise<void> {
  await using ours = await Work.enter(address);
  await using theirs = await Work.enter(engineAddress);
  const contestants: readonly Contestant[] = [
    { name: "embedded", measure: () => measure(ours) },
    { name: "docker", measure: () => measure(theirs) },
  ];
  tell(title, goals, await interleave(contestants, Math.ceil(rounds * Number(values.rounds))));
}

async function compareUp(): Promise<void> {
  const file = flat(20);
  await using stack = new AsyncDisposableStack();
  const enter = async (side: Side): Promise<Player> => stack.use(await Player.enter(side, file));
  const ours = await enter({ name: "embedded", tool: tscompose, address });
  const theirs = await enter({ name: "docker", tool: dockerCompose ?? tscompose, address: engineAddress });
  const contestants = [ours, theirs].map((player): Contestant => ({
    name: player.side.name,
    async measure() {
      const taken = await clocked(() => player.run("up", "-d"));
      await player.run("down");
      return { "up -d": taken };
    },
  }));
  tell("20 services", { "up -d": 0.3 }, await interleave(contestants, Math.ceil(10 * Number(values.rounds))));
}

/** What the engine and its monitors weigh at rest with twenty containers. */
async function weigh(engine: number): Promise<void> {
  const count = 20;
  await using work = await Work.enter(address);
  // The filter of system calls is compiled for the first container of all, and kept for the others.
  await work.start(1);
  await work.end(1);
  await work.start(count);
  const monitors = processesOf(dirname(address.slice("unix://".length)))
    .filter((each) => each !== engine)
    .map((each) => mebibytes(each, "smaps_rollup", /^Pss:\s+(\d+) kB$/m));
  const beside = monitors.reduce((sum, size) => sum + size, 0) / count;
  const found = [
    { metric: "the engine's process, MiB", goal: 90, found: mebibytes(engine, "status", /^VmRSS:\s+(\d+) kB$/m) },
    { metric: "beside each container, MiB", goal: 1.5, found: beside },
  ];
  await work.end(count);
  for (const each of found) {
    results.push({ row: "at rest with 20 containers", ...each });
    console.log(`at rest with 20 containers: ${each.metric} ${each.found.toFixed(2)} (at most ${each.goal})`);
  }
}

/** Processes whose words hold a path: the engine, and the monitors and runtimes of its containers. */
function processesOf(path: string): readonly number[] {
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry) && ofProcess(entry, "cmdline").includes(path))
    .map(Number);
}

function mebibytes(process: number, file: string, pattern: RegExp): number {
  return Number(pattern.exec(ofProcess(String(process), file))?.[1] ?? 0) / 1024;
}

/** Nothing of one that has ended since it was listed. */
function ofProcess(process: string, file: string): string {
  try {
    return readFileSync(`/proc/${process}/${file}`, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ESRCH")) return "";
    throw error;
  }
}

function tell(title: string, goals: Readonly<Record<string, number>>, figures: readonly Figure[]): void {
  for (const [metric, goal] of Object.entries(goals)) {
    const of = (contestant: string): Figure | undefined =>
      figures.find((each) => each.metric === metric && each.contestant === contestant);
    const [ours, theirs] = [of("embedded"), of("docker")];
    if (ours === undefined || theirs === undefined) continue;
    const found = ours.median / theirs.median;
    results.push({ row: title, metric, goal, found, figures: [ours, theirs] });
    const times = `${ours.median.toFixed(0)}/${ours.p95.toFixed(0)} to ${theirs.median.toFixed(0)}/${theirs.p95.toFixed(0)} ms`;
    console.log(
      `${title}: ${metric} ${found.toFixed(2)} of Docker Engine (at most ${goal.toFixed(2)}); median/p95 of ${ours.samples.length}: ${times}`,
    );
  }
}
