// `npm run soak:examples`: examples/test-suite as somebody would have it, installed from the packed package: vitest, node:test
// and jest side by side, and all of that twice at the same time. Then a test of jest that fails. Nothing may be left.
// Needs the npm registry, and the engine at DOCKER_HOST.
import { execFile } from "node:child_process";
import { cp, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { EngineApi, engineAddress } from "../support/engine-api.ts";
import { runPrefix } from "../support/test-project.ts";

const run = promisify(execFile);
const root = join(import.meta.dirname, "../..");
const engine = new EngineApi();
const name = `${runPrefix}examples`;

await using cleaning = new AsyncDisposableStack();
const folder = await mkdtemp(join(tmpdir(), "tscompose-examples-"));
cleaning.defer(() => rm(folder, { recursive: true, force: true }));
const one = join(folder, "one");
const two = join(folder, "two");

await install(one);
await cp(join(root, "examples/test-suite"), two, { recursive: true });
await symlink(join(one, "node_modules"), join(two, "node_modules"));

const began = performance.now();
const runners = ["vitest", "node-test", "jest"];
await Promise.all([one, two].flatMap((suite) => runners.map((runner) => npmRun(suite, runner))));
await expectNothingLeft();
console.log(`three runners, twice at the same time: ${seconds(began)} s, nothing left`);

await writeFile(join(two, "jest/failing.test.mjs"), await failing());
const failed = await npmRun(two, "jest").then(
  () => undefined,
  (error: { readonly stdout: string; readonly stderr: string }) => error.stdout + error.stderr,
);
const dossiers = await readdir(join(two, "test-results/tscompose"));
const isShown =
  failed?.includes("ran while this failed: does not find the page") === true &&
  dossiers.length === 1 &&
  failed.includes(join(two, "test-results/tscompose", dossiers[0] ?? "")) &&
  !failed.includes("only-for-tests");
if (!isShown)
  throw new Error(`jest does not show the stack of a failed test:\n${failed}\nfolders: ${dossiers.join(", ")}`);
await expectNothingLeft();
console.log("a test of jest that fails: its stack is shown, nothing left");

async function install(suite: string): Promise<void> {
  const { stdout } = await run("npm", ["pack", "--json", "--pack-destination", folder], { cwd: root });
  const [{ filename }] = JSON.parse(stdout) as [{ readonly filename: string }];
  await cp(join(root, "examples/test-suite"), suite, { recursive: true });
  const description = join(suite, "package.json");
  const text = await readFile(description, "utf8");
  await writeFile(description, text.replace(/("tscompose": )"[^"]+"/, `$1"file:${join(folder, filename)}"`));
  await run("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts"], { cwd: suite });
}

async function npmRun(suite: string, script: string): Promise<void> {
  const environment = { ...process.env, DOCKER_HOST: engineAddress, COMPOSE_PROJECT_NAME: name, CI: "", NO_COLOR: "1" };
  await run("npm", ["run", script], { cwd: suite, env: environment, maxBuffer: 16_777_216 });
}

/** The suite's own test of jest, with an expectation that cannot be met. */
async function failing(): Promise<string> {
  const text = await readFile(join(one, "jest/visits.test.mjs"), "utf8");
  return text.replace(/test\("[^"]*"/, 'test("does not find the page"').replaceAll("PONG", "nothing of that kind");
}

async function expectNothingLeft(): Promise<void> {
  const left = [
    ...(await engine.containers()).flatMap(({ Names }) => Names),
    ...(await engine.networks()).map(({ Name }) => Name),
    ...(await engine.volumes()).map(({ Name }) => Name),
  ].filter((each) => each.includes(name));
  if (left.length > 0) throw new Error(`left behind: ${left.join(", ")}`);
}

function seconds(since: number): string {
  return ((performance.now() - since) / 1000).toFixed(1);
}
