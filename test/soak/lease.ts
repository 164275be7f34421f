// `npm run soak:lease -- PROCESSES ROUNDS`: many processes lease one stack again and again, some are killed on the way. Every
// stack must be started exactly once; when all are gone nothing may be left, and how soon that was is told.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { EngineApi } from "../support/engine-api.ts";
import { TestProject } from "../support/test-project.ts";

const [processes = 16, rounds = 200] = process.argv.slice(2).map(Number);

const file = `
services:
  cache: { image: busybox, command: sleep infinity, stop_signal: SIGKILL, volumes: ["data:/data"] }
volumes: { data: {} }
`;

const engine = new EngineApi();
await using project = await TestProject.create({ "compose.yaml": file }, engine);
await using changes = await engine.events();
const leased: string[] = [];

await Promise.all(Array.from({ length: processes }, (_, index) => work(rounds, index % 4 === 3 ? rounds / 2 : rounds)));
console.log(`${leased.length} leases of ${new Set(leased).size} stacks by ${processes} processes`);
expectStartedOnce();
const orderlyMs = await untilNothingIsLeft();
console.log(`after the last release: nothing left after ${orderlyMs} ms`);

await Promise.all(Array.from({ length: processes }, () => work(2, 1)));
console.log(`after the death of all: nothing left after ${await untilNothingIsLeft()} ms`);
expectStartedOnce();

/** Lets a process lease so many times; killed, without a word, when it has said so often that it has a stack. */
async function work(times: number, killedAfter: number): Promise<void> {
  const options = { shared: true, engine: engine.address, env: { COMPOSE_PROJECT_NAME: project.name } };
  const program = join(import.meta.dirname, "lease-worker.ts");
  const args = [program, join(project.directory, "compose.yaml"), JSON.stringify(options), String(times)];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const exited = once(child, "exit");
  let said = 0;
  for await (const name of createInterface({ input: child.stdout })) {
    leased.push(name);
    said += 1;
    if (said >= killedAfter) child.kill("SIGKILL");
  }
  const [exitCode] = (await exited) as [number | null];
  if (exitCode !== 0 && said < killedAfter) throw new Error(`a worker ended with ${exitCode} after ${said} rounds`);
}

function expectStartedOnce(): void {
  const starts = changes.seen
    .filter(({ Action, Actor }) => Action === "start" && (Actor.Attributes["name"] ?? "").includes(project.name))
    .map(({ Actor }) => Actor.Attributes["com.docker.compose.project"] ?? "");
  const twice = starts.filter((name, index) => starts.indexOf(name) !== index);
  if (twice.length > 0) throw new Error(`started more than once: ${twice.join(", ")}`);
  const unknown = leased.filter((name) => !starts.includes(name));
  if (unknown.length > 0) throw new Error(`leased, but never started: ${unknown.join(", ")}`);
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
