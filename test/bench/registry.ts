// Push and pull of an image of 500 MB by the embedded engine and by another one, in turn, with a registry of this machine.
//   DOCKER_HOST=unix://… node test/bench/registry.ts [ROUNDS]
// Needs root, docker-registry, and the engine to compare with at DOCKER_HOST.
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createReadStream, createWriteStream, readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { type IncomingMessage, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createInterface } from "node:readline";
import { writeTar } from "../../src/embedded/tar/write-tar.ts";
import { startRegistry } from "../support/registry.ts";
import { digestOf } from "../support/saved-image.ts";
import { archiveOf, membersOf, type WantedEntry } from "../support/tar-members.ts";
import { ownServer } from "../../src/system/background.ts";

const rounds = Number(process.argv[2] ?? 3);
const layerCount = 5;
const megabyte = 1_048_576;
const layerMegabytes = 100;
const host = process.env["DOCKER_HOST"] ?? "unix:///var/run/docker.sock";

await using cleaning = new AsyncDisposableStack();
const folder = await mkdtemp(join(tmpdir(), "tscompose-bench-"));
cleaning.defer(() => rm(folder, { recursive: true, force: true }));
const archive = join(folder, "image.tar");
await writeArchive(archive);
const loader = await startEngine();
await ask(join(folder, "run/engine.sock"), "POST", "/images/load", archive);
await end(loader);
// Loading is not what is measured: what it took of memory would count.
const engine = await startEngine();
cleaning.defer(() => end(engine));

const ours = { name: "tscompose", socket: join(folder, "run/engine.sock"), push: [] as number[], pull: [] as number[] };
const theirs = { name: "other", socket: host.replace("unix://", ""), push: [] as number[], pull: [] as number[] };
await ask(theirs.socket, "POST", "/images/load", archive);
for (const { socket } of [ours, theirs]) cleaning.defer(() => ask(socket, "DELETE", "/images/bench:1?force=1"));
const peaks = { push: 0, pull: 0 };
for (let round = 0; round < rounds; round += 1) {
  // Whoever is second finds a warm cache: each is second as often as the other.
  for (const side of round % 2 === 0 ? [ours, theirs] : [theirs, ours]) {
    // A new one each time: nothing is there already.
    await using registry = await startRegistry();
    const name = `${registry.host}/bench`;
    await ask(side.socket, "POST", `/images/bench:1/tag?repo=${name}&tag=1`);
    side.push.push(await timed("push", () => ask(side.socket, "POST", `/images/${name}/push?tag=1`)));
    for (const each of [`${name}:1`, "bench:1"]) await ask(side.socket, "DELETE", `/images/${each}?force=1`);
    side.pull.push(await timed("pull", () => ask(side.socket, "POST", `/images/create?fromImage=${name}&tag=1`)));
    await ask(side.socket, "POST", `/images/${name}:1/tag?repo=bench&tag=1`);
    await ask(side.socket, "DELETE", `/images/${name}:1?force=1`);
  }
  process.stdout.write(`round ${round}: push ${seconds(ours.push)} / ${seconds(theirs.push)}, `);
  process.stdout.write(`pull ${seconds(ours.pull)} / ${seconds(theirs.pull)} s\n`);
}
for (const what of ["push", "pull"] as const) {
  const [one, other] = [median(ours[what]), median(theirs[what])];
  const numbers = `tscompose ${one.toFixed(1)} s, other ${other.toFixed(1)} s`;
  process.stdout.write(`${what} of ${layerCount * layerMegabytes} MB: ${numbers}, ratio ${(one / other).toFixed(2)}\n`);
}
process.stdout.write(`most memory of the engine: push ${peaks.push} MB, pull ${peaks.pull} MB\n`);

/** As users get it; as a daemon is, in a session of its own: the kernel shares out time by sessions. */
async function startEngine(): Promise<ChildProcessWithoutNullStreams> {
  const places = ["--data", join(folder, "data"), "--run", join(folder, "run")];
  const { words, environment } = ownServer("engine", "serve", ...places);
  const [program, ...args] = words;
  const started = spawn(program, args, { detached: true, env: environment });
  started.stderr.pipe(process.stderr);
  for await (const line of createInterface(started.stdout)) if (line.includes("listens")) break;
  return started;
}

async function end(running: ChildProcessWithoutNullStreams): Promise<void> {
  running.kill("SIGTERM");
  if (running.exitCode === null) await once(running, "exit");
}

/** Layers of files of a megabyte, every other one of which cannot be compressed. */
async function writeArchive(path: string): Promise<void> {
  const files: string[] = [];
  const diffIds: string[] = [];
  for (let layer = 0; layer < layerCount; layer += 1) {
    const bytes = await archiveOf(
      Array.from({ length: layerMegabytes }, (_, index) => ({
        name: `layer-${layer}-file-${index}`,
        bytes: index % 2 === 0 ? randomBytes(megabyte) : words(),
      })),
    );
    diffIds.push(digestOf(bytes));
    files.push(join(folder, `layer-${layer}.tar`));
    writeFileSync(join(folder, `layer-${layer}.tar`), bytes);
  }
  const config = JSON.stringify({ os: "linux", architecture: "amd64", rootfs: { type: "layers", diff_ids: diffIds } });
  const manifest = [{ Config: "config.json", RepoTags: ["bench:1"], Layers: files.map((_, at) => `${at}/layer.tar`) }];
  const entries = (function* (): Generator<WantedEntry> {
    for (const [at, file] of files.entries()) yield { name: `${at}/layer.tar`, bytes: readFileSync(file) };
    yield { name: "config.json", text: config };
    yield { name: "manifest.json", text: JSON.stringify(manifest) };
  })();
  const members = (async function* () {
    for (const entry of entries) yield* membersOf([entry]);
  })();
  await pipeline(writeTar(members), createWriteStream(path));
}

/** Text as programs and their data are: it shrinks to about a third. */
function words(): Buffer {
  const text = randomBytes(megabyte / 6).toString("hex");
  return Buffer.from((text + text.replaceAll("a", " the ")).padEnd(megabyte, "compose ").slice(0, megabyte));
}

/** Sends a request, with a file as its body, and reads the answer to its end. Throws what it tells of errors. */
async function ask(socketPath: string, method: string, path: string, file?: string): Promise<void> {
  const headers = { "X-Registry-Auth": "e30=", "Content-Type": "application/x-tar" };
  const call = request({ socketPath, method, path, headers });
  const answered = once(call, "response");
  if (file === undefined) call.end();
  else await pipeline(createReadStream(file), call);
  const [response] = (await answered) as [IncomingMessage];
  let text = "";
  for await (const part of response) text = `${text}${String(part)}`.slice(-4096);
  if ((response.statusCode ?? 0) >= 400 || text.includes('"error"')) throw new Error(`${method} ${path}: ${text}`);
}

async function timed(what: keyof typeof peaks, action: () => Promise<unknown>): Promise<number> {
  const place = `/proc/${engine.pid}`;
  writeFileSync(`${place}/clear_refs`, "5");
  const begin = performance.now();
  await action();
  const seconds = (performance.now() - begin) / 1000;
  const peak = Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`${place}/status`, "utf8"))?.[1]) / 1024;
  peaks[what] = Math.max(peaks[what], Math.round(peak));
  return seconds;
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? 0;
}

function seconds(numbers: readonly number[]): string {
  return (numbers.at(-1) ?? 0).toFixed(1);
}
