// `npm run soak:lease -- PROCESSES ROUNDS SEED`: again and again many processes lease one stack at the same time. Each time it
// must be started exactly once, and be gone within two seconds when all have given it back, or were killed: none of them, one,
// some or all, also while it starts.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { EngineApi } from "../support/engine-api.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { TestProject } from "../support/test-project.ts";

const [processes = 16, rounds = 200, seed = 1] = process.argv.slice(2).map(Number);
const random = seededRandom(seed);

/** How long something may be there after the last who needed it. */
const mostMs = 2000;

const file = `
services:
  cache: { image: busybox, command: sleep infinity, stop_signal: SIGKILL, volumes: ["data:/data"] }
volumes: { data: {} }
`;

const engine = new EngineApi();
await using project = await TestProject.create({ "compose.yaml": file }, engine);
await using changes = await engine.events();

/** A process that leases when it is told to. */
class Worker {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor() {
    const options = { shared: true, engine: engine.address, env: { COMPOSE_PROJECT_NAME: project.name } };
    const program = join(import.meta.dirname, "lease-worker.ts");
    const args = [program, join(project.directory, "compose.yaml"), JSON.stringify(options)];
    this.#child = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
    const { stdout } = this.#child;
    if (stdout === null) throw new Error("a worker has no output");
    this.#lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
  }

  async lease(): Promise<string> {
    this.#child.stdin?.write("lease\n");
    return await this.#line();
  }

  /** Without waiting for what comes of it. */
  ask(): void {
    this.#child.stdin?.write("lease\n");
  }

  async release(): Promise<void> {
    this.#child.stdin?.write("release\n");
    await this.#line();
  }

  async kill(): Promise<void> {
    const exited = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await exited;
  }

  async #line(): Promise<string> {
    const { value, done } = await this.#lines.next();
    if (done === true) throw new Error("a worker has ended");
    return value;
  }
}

const workers = Array.from({ length: processes }, () => new Worker());
const times = { released: [] as number[], killed: [] as number[] };
let leases = 0;
for (let round = 0; round < rounds; round++) {
  const starts = changes.seen.filter(isStart).length;
  const names = new Set(await Promise.all(workers.map((worker) => worker.lease())));
  leases += workers.length;
  const isMassacre = round % 20 === 19;
  const victims = isMassacre ? processes : round % 2 === 0 ? 0 : Math.floor(random() * 4);
  const [dead, alive] = [workers.slice(0, victims), workers.slice(victims)];
  await Promise.all([...dead.map((worker) => worker.kill()), ...alive.map((worker) => worker.release())]);
  const leftMs = await untilNothingIsLeft();
  times[isMassacre ? "killed" : "released"].push(leftMs);
  if (leftMs > mostMs) throw new Error(`round ${round}: something was left for ${leftMs} ms`);
  const started = changes.seen.filter(isStart).slice(starts);
  if (names.size !== 1 || started.length !== 1) {
    throw new Error(`round ${round}: ${names.size} stacks were leased, ${started.length} started`);
  }
  workers.splice(0, victims, ...dead.map(() => new Worker()));
}
report("after the last release", times.released);
report("after the death of all", times.killed);
console.log(`${rounds} stacks, each started once, for ${leases} leases by ${processes} processes`);

// Once more, all of them, while it starts.
const isMade = AbortSignal.timeout(120_000);
for (const worker of workers) worker.ask();
while ((await left()).length === 0) if (!(await changes.next(isMade))) throw new Error("nothing is started");
await Promise.all(workers.map((worker) => worker.kill()));
report("after the death of all while it started", [await untilNothingIsLeft()]);

function report(what: string, milliseconds: readonly number[]): void {
  const sorted = milliseconds.toSorted((a, b) => a - b);
  const [median, most] = [sorted[Math.floor(sorted.length / 2)], sorted.at(-1)];
  if (median !== undefined) console.log(`${what}: nothing left after ${median} ms (median), ${most} ms at most`);
}

function isStart({ Action, Actor }: (typeof changes.seen)[number]): boolean {
  return Action === "start" && (Actor.Attributes["name"] ?? "").includes(project.name);
}

async function untilNothingIsLeft(): Promise<number> {
  const begun = performance.now();
  const deadline = AbortSignal.timeout(120_000);
  while ((await left()).length > 0) {
    if (!(await changes.next(deadline))) throw new Error(`left behind: ${(await left()).join(", ")}`);
  }
  return Math.round(performance.now() - begun);
}

async function left(): Promise<readonly string[]> {
  const [containers, networks, volumes] = await Promise.all([engine.containers(), engine.networks(), engine.volumes()]);
  const names = [
    ...containers.map(({ Names }) => Names[0] ?? ""),
    ...[...networks, ...volumes].map(({ Name }) => Name),
  ];
  return names.filter((name) => name.includes(project.name));
}
