// From a save to what a container sees of it: `tscompose watch` beside `docker compose watch`, turn by turn.
//   node test/bench/watch.ts [SAVES]
// Needs Docker Compose (see test/support/tool.ts) and the engine at DOCKER_HOST.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { EngineApi } from "../support/engine-api.ts";
import { TestProject } from "../support/test-project.ts";
import { dockerCompose, killGroup, start, type Tool, tscompose } from "../support/tool.ts";

const burstSize = 500;

/**
 * Prints every new content of one file, and the number of each burst that has arrived whole. It starts no process to look
 * and lists no folder: on overlayfs that would keep those waiting who write there.
 */
const observer = `
const { existsSync, readFileSync } = require("node:fs");
let saved;
let burst = 0;
let file = 0;
const look = () => {
  try {
    const now = readFileSync("/app/save", "utf8");
    if (saved !== now) console.log("save", (saved = now));
  } catch {}
  while (existsSync("/app/burst-" + burst + "/" + file)) file++;
  if (file >= ${burstSize}) {
    console.log("burst", burst++);
    file = 0;
  }
};
setInterval(look, 2);`;

const composeFile = `
services:
  web:
    image: node
    command: ["node", "-e", ${JSON.stringify(observer)}]
    init: true
    stop_signal: SIGKILL
    develop: { watch: [{ path: src, action: sync, target: /app }] }
`;

/** One tool that watches a project of its own, and what its container has printed. */
class Contestant implements AsyncDisposable {
  readonly #project: TestProject;
  readonly #watching: ReturnType<typeof start>;
  readonly #logs: ReturnType<typeof start>;
  #printed = "";
  #wake: () => void = () => {};

  private constructor(project: TestProject, watching: ReturnType<typeof start>, logs: ReturnType<typeof start>) {
    this.#project = project;
    this.#watching = watching;
    this.#logs = logs;
    logs.process.stdout?.on("data", (text: string) => {
      this.#printed += text;
      this.#wake();
    });
  }

  static async enter(tool: Tool): Promise<Contestant> {
    const engine = new EngineApi();
    const project = await TestProject.create({ "compose.yaml": composeFile, "src/save": "0" }, engine);
    const options = {
      directory: project.directory,
      environment: { DOCKER_HOST: engine.address, COMPOSE_PROJECT_NAME: project.name },
      patienceMs: 3_600_000,
    };
    await start(tscompose, ["up", "-d"], options).outcome;
    const watching = start(tool, ["watch", "--no-up"], options);
    await new Promise<void>((resolve) => {
      const ready = (text: string): void => (/watching|watch enabled/i.test(text) ? resolve() : undefined);
      watching.process.stdout?.on("data", ready);
      watching.process.stderr?.on("data", ready);
    });
    const logs = start(tscompose, ["logs", "-f", "--no-log-prefix"], options);
    return new Contestant(project, watching, logs);
  }

  async save(text: string): Promise<number> {
    const begin = performance.now();
    await writeFile(join(this.#project.directory, "src/save"), text);
    await this.#prints(`save ${text}\n`);
    return performance.now() - begin;
  }

  async burst(number: number): Promise<number> {
    const folder = join(this.#project.directory, `src/burst-${number}`);
    const begin = performance.now();
    await mkdir(folder);
    for (let index = 0; index < burstSize; index++) await writeFile(join(folder, String(index)), "x");
    await this.#prints(`burst ${number}\n`);
    return performance.now() - begin;
  }

  async #prints(line: string): Promise<void> {
    while (!this.#printed.includes(line)) await new Promise<void>((resolve) => (this.#wake = resolve));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    killGroup(this.#watching.process, "SIGINT");
    killGroup(this.#logs.process, "SIGINT");
    await Promise.all([this.#watching.outcome, this.#logs.outcome]);
    await this.#project[Symbol.asyncDispose]();
  }
}

const saves = Number(process.argv[2] ?? 30);
if (dockerCompose === undefined) throw new Error("Docker Compose is needed to compare with");
await using ours = await Contestant.enter(tscompose);
await using theirs = await Contestant.enter(dockerCompose);
const times = { ours: [] as number[], theirs: [] as number[] };
// The first is a rehearsal.
for (let turn = 0; turn <= saves; turn++) {
  const [one, other] = [await ours.save(`turn-${turn}`), await theirs.save(`turn-${turn}`)];
  if (turn === 0) continue;
  times.ours.push(one);
  times.theirs.push(other);
}
report("one file", times.ours, times.theirs);
// Again, the first is a rehearsal.
const bursts = { ours: [] as number[], theirs: [] as number[] };
for (let number = 0; number <= 5; number++) {
  bursts.ours.push(await ours.burst(number));
  bursts.theirs.push(await theirs.burst(number));
}
report(`${burstSize} files at once`, bursts.ours.slice(1), bursts.theirs.slice(1));

function report(what: string, one: readonly number[], other: readonly number[]): void {
  const at = (list: readonly number[], share: number): number =>
    list.toSorted((a, b) => a - b)[Math.floor(share * (list.length - 1))] ?? 0;
  const show = (list: readonly number[]): string => `${at(list, 0.5).toFixed(0)} / ${at(list, 0.95).toFixed(0)} ms`;
  const ratio = at(one, 0.5) / at(other, 0.5);
  process.stdout.write(
    `${what}: tscompose ${show(one)}, docker compose ${show(other)} (median / 95 %), ratio of medians ${ratio.toFixed(2)}\n`,
  );
}
