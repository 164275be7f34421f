import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { EngineApi } from "../support/engine-api.ts";
import { freePort } from "../support/free-port.ts";
import { serveRepository } from "../support/git-repository.ts";
import { folderOf } from "../support/hostile-places.ts";
import { type Registry, startRegistry } from "../support/registry.ts";
import { type Outcome, start, tscompose } from "../support/tool.ts";

const runIn =
  (directory: string) =>
  (...args: readonly string[]): Promise<Outcome> =>
    start(tscompose, args, { directory }).outcome;

test("a lock holds images to their digests: drift is told, and refused by --frozen", async () => {
  await using registry = await startRegistry();
  const name = `${registry.host}/team/web:1`;
  const first = await registry.publish("team/web", "1", "first");
  using folder = folderOf({
    "compose.yaml": `name: held
services:
  web:
    image: ${name}
    command: x
    network_mode: none
`,
  });
  const run = runIn(folder.path);
  const engine = new EngineApi();
  await using _ = { [Symbol.asyncDispose]: () => engine.send("DELETE", `/images/${name}?force=1`).then(() => {}) };
  const refused = await run("plan", "--frozen");
  expect(refused.exitCode).not.toBe(0);
  expect(refused.stderr).toContain(`there is no ${folder.path}/compose.lock`);

  const path = join(folder.path, "compose.lock");
  expect((await run("lock", "--dry-run")).stdout).toBe(`+ ${name} ${first}\n`);
  expect(() => readFileSync(path)).toThrow("ENOENT");
  expect((await run("lock")).stdout).toBe(`+ ${name} ${first}\n`);
  expect(JSON.parse(readFileSync(path, "utf8"))).toEqual({
    version: 2,
    images: { [name]: { digest: first, platforms: { "linux/amd64": first } } },
    git: {},
  });
  expect(await run("plan", "--frozen")).toMatchObject({ exitCode: 0, stderr: "" });
  expect((await run("pull", "--quiet")).exitCode).toBe(0);

  // The tag moves; what is here stays as it was locked, what is to be pulled would not.
  const second = await registry.publish("team/web", "1", "second");
  expect(await run("plan", "--frozen")).toMatchObject({ exitCode: 0, stderr: "" });
  const pulling = await run("up", "--dry-run", "--frozen", "--pull", "always");
  expect(pulling.exitCode).not.toBe(0);
  expect(pulling.stderr).toContain("compose.yaml:4:12");
  expect(pulling.stderr).toContain(`locked as ${first}, and in its registry it is ${second}`);

  expect((await run("lock")).stdout).toBe(`~ ${name} ${first} -> ${second}\n`);
  const warned = await run("plan");
  expect(warned.exitCode).toBe(0);
  expect(warned.stderr).toContain(`locked as ${second}, and on the engine it is ${first}`);
  // Without its tag the first one would stay, known by its digest alone.
  await engine.send("DELETE", `/images/${name}?force=1`);
  expect((await run("pull", "--quiet")).exitCode).toBe(0);
  expect(await run("plan", "--frozen")).toMatchObject({ exitCode: 0, stderr: "" });
});

test("a lock holds images to the digest of each platform", async () => {
  await using registry = await startRegistry();
  const name = `${registry.host}/team/wide:1`;
  const publish = (arm: string, others: Readonly<Record<string, string>> = {}): ReturnType<Registry["publishFor"]> =>
    registry.publishFor("team/wide", "1", { "linux/amd64": "x86", "linux/arm64/v8": arm, ...others });
  const first = await publish("arm");
  using folder = folderOf({
    "compose.yaml": `name: wide
services:
  usual: { image: "${name}", command: x }
  armed: { image: "${name}", platform: linux/arm64, command: x }
`,
    "other.yaml": `services: { usual: { platform: linux/s390x } }\n`,
  });
  const run = runIn(folder.path);
  const path = join(folder.path, "compose.lock");
  expect(await run("lock")).toMatchObject({ exitCode: 0, stdout: `+ ${name} ${first.digest}\n`, stderr: "" });
  const { "linux/amd64": x86, "linux/arm64/v8": arm } = first.platforms;
  const pinned = { digest: first.digest, platforms: { "linux/amd64": x86, "linux/arm64": arm } };
  expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({ images: { [name]: pinned } });
  const missing = await run("-f", "compose.yaml", "-f", "other.yaml", "lock");
  expect(missing.exitCode).not.toBe(0);
  expect(missing.stderr).toContain(
    `${name} is not there for linux/s390x: its registry has it for linux/amd64, linux/arm64`,
  );
  const unlocked = await run("-f", "compose.yaml", "-f", "other.yaml", "plan", "--frozen");
  expect(unlocked.exitCode).not.toBe(0);
  expect(unlocked.stderr).toContain(`${name} is not locked for linux/s390x, but for linux/amd64, linux/arm64`);

  // A platform more makes another list: what is run is what was locked.
  await publish("arm", { "linux/riscv64": "new" });
  expect(await run("plan", "--frozen", "--pull", "always")).toMatchObject({ exitCode: 0, stderr: "" });
  const third = await publish("other arm");
  const refused = await run("plan", "--frozen", "--pull", "always");
  expect(refused.exitCode).not.toBe(0);
  expect(refused.stderr).toContain("compose.yaml:4:19");
  expect(refused.stderr).not.toContain("compose.yaml:3:19");
  const now = third.platforms["linux/arm64/v8"];
  expect(refused.stderr).toContain(`it is ${third.digest} (for linux/arm64 ${arm} before, ${now} now)`);

  // As the file was in its first version: every change counts.
  writeFileSync(path, JSON.stringify({ version: 1, images: { [name]: first.digest }, git: {} }));
  const old = await run("plan", "--frozen", "--pull", "always");
  expect(old.stderr).toContain(`compose.yaml:3:19`);
  expect((await run("lock")).stdout).toBe(`~ ${name} ${first.digest} -> ${third.digest}\n`);
  // What cannot be read is made anew, as its refusal advises.
  writeFileSync(path, "{");
  expect(await run("lock")).toMatchObject({ exitCode: 0, stdout: `+ ${name} ${third.digest}\n` });
});

test("a lock holds git contexts to their commits", async () => {
  using folder = folderOf({ "origin/Dockerfile": "FROM scratch\n", "project/compose.yaml": "" });
  const git = (...args: readonly string[]): string =>
    execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b", ...args], {
      cwd: join(folder.path, "origin"),
      encoding: "utf8",
    });
  const commit = (message: string): string => {
    git("add", ".");
    git("commit", "-q", "--allow-empty", "-m", message);
    return git("rev-parse", "HEAD").trim();
  };
  git("init", "-q", "-b", "main");
  const first = commit("first");
  const port = await freePort();
  const places = ["--export-all", `--base-path=${folder.path}`, "--listen=127.0.0.1", `--port=${port}`, "--reuseaddr"];
  const daemon = spawn("git", ["daemon", ...places], { stdio: "ignore", detached: true });
  await using _ = {
    async [Symbol.asyncDispose]() {
      process.kill(-(daemon.pid ?? 0));
      await once(daemon, "exit");
    },
  };
  while (!(await answers(port))) await delay(20);
  const context = `git://127.0.0.1:${port}/origin#main`;
  using project = folderOf({ "compose.yaml": `name: gitted\nservices: { web: { build: "${context}" } }\n` });
  const run = runIn(project.path);
  expect(await run("lock")).toMatchObject({ exitCode: 0, stdout: `+ ${context} ${first}\n` });
  const second = commit("second");
  const refused = await run("plan", "--frozen");
  expect(refused.exitCode).not.toBe(0);
  expect(refused.stderr).toContain(`locked as ${first}, and in its repository it is ${second}`);
  rmSync(join(folder.path, "origin"), { recursive: true });
  const lost = await run("lock");
  expect(lost.exitCode).not.toBe(0);
  expect(lost.stderr).toContain(`services.web.build`);
});

test("a lock holds files that are included from a repository to their commit", async () => {
  using folder = folderOf({
    "origin/compose.yaml": "services: { afar: { build: { dockerfile_inline: FROM scratch } } }\n",
    "project/compose.yaml": "",
  });
  const origin = join(folder.path, "origin");
  await using repository = await serveRepository(origin);
  const reference = `${repository.url}#main`;
  using project = folderOf({ "compose.yaml": `name: included\ninclude: ["${reference}"]\n` });
  const environment = { XDG_CACHE_HOME: join(folder.path, "cache") };
  const run = (...args: readonly string[]): Promise<Outcome> =>
    start(tscompose, args, { directory: project.path, environment }).outcome;
  expect(await run("lock")).toMatchObject({ exitCode: 0, stdout: `+ ${reference} ${repository.commit}\n` });
  expect(await run("plan", "--frozen")).toMatchObject({ exitCode: 0, stderr: "" });
  const second = repository.commitAll("second");
  const warned = await run("plan");
  expect(warned.exitCode).toBe(0);
  expect(warned.stderr).toContain(`locked as ${repository.commit}, and in its repository it is ${second}`);
  const refused = await run("plan", "--frozen");
  expect(refused.exitCode).not.toBe(0);
  expect(refused.stderr).toContain("compose.yaml:2:11");
});

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
