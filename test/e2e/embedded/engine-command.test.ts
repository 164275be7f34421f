import { access, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { engineFolder } from "../../support/embedded-engine.ts";
import { EngineApi } from "../../support/engine-api.ts";
import { startRegistry } from "../../support/registry.ts";
import { archiveOf } from "../../support/tar-members.ts";
import { type Outcome, start, tscompose } from "../../support/tool.ts";

let folder: string;

beforeEach(async () => {
  folder = await engineFolder("engine");
});

afterEach(async () => {
  await run("engine", "reset", "--force");
  await rm(folder, { recursive: true, force: true });
});

/** Everything of the engine is in the test's folder, and no other engine is asked. */
function run(...args: readonly string[]): Promise<Outcome> {
  const environment = {
    TSCOMPOSE_ENGINE: "embedded",
    TSCOMPOSE_ENGINE_DATA: join(folder, "data"),
    TSCOMPOSE_ENGINE_RUN: join(folder, "run"),
  };
  return start(tscompose, args, { directory: folder, environment }).outcome;
}

const exists = (path: string): Promise<boolean> =>
  access(join(folder, path)).then(
    () => true,
    () => false,
  );

test("the embedded engine starts on first use, stops when asked, and leaves nothing after a reset", async () => {
  expect((await run("engine", "status")).exitCode).toBe(1);
  expect(await run("ls")).toMatchObject({ exitCode: 0, stderr: "" });
  expect((await run("engine", "status")).stdout).toMatch(/^state {4}running, process \d+$/m);
  const version = (await new EngineApi(`unix://${join(folder, "run/engine.sock")}`).get("/version")) as object;
  expect(version).toMatchObject({ ApiVersion: "1.51", MinAPIVersion: "1.24", Os: "linux" });
  expect((await run("engine", "stop")).exitCode).toBe(0);
  expect((await run("engine", "status")).stdout).toMatch(/^state {4}stopped$/m);
  expect(await exists("data/engine.json")).toBe(true);
  expect((await run("engine", "reset", "--force")).exitCode).toBe(0);
  expect(await exists("data")).toBe(false);
  expect(await exists("run")).toBe(false);
});

test("images are had, shown, handed on and removed without Docker's client", async () => {
  await using registry = await startRegistry();
  const name = `${registry.host}/team/tiny:1`;
  await writeFile(join(folder, "root.tar"), await archiveOf([{ name: "etc/motd", text: "hello\n" }]));
  const image = (...args: readonly string[]): Promise<Outcome> => run("engine", "image", ...args);

  const imported = await image("import", "root.tar", name, "--change", 'CMD ["/motd"]', "--message", "by hand");
  expect(imported).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^sha256:[0-9a-f]{64}\n$/) });
  const id = imported.stdout.slice("sha256:".length, "sha256:".length + 12);
  expect((await image("ls")).stdout).toMatch(new RegExp(`^REPOSITORY .*\n${registry.host}/team/tiny +1 +${id} `));
  expect(JSON.parse((await image("ls", "--format", "json")).stdout)).toMatchObject([{ Tag: "1" }]);

  expect((await image("push", name)).stdout).toMatch(/^1: digest: sha256:[0-9a-f]{64} size: \d+$/m);
  expect((await image("rm", name)).stdout).toBe(`removed ${name}\n`);
  expect((await image("ls", "-q")).stdout).toBe("");
  expect((await image("pull", name)).stdout).toContain(`Status: Downloaded newer image for ${name}`);
  expect((await image("pull", "--quiet", name)).stdout).toBe(`${name}\n`);

  expect((await image("save", "--output", "saved.tar", name)).exitCode).toBe(0);
  expect((await image("prune", "--all", "--force")).stdout).toContain(`${name}\n`);
  expect((await image("load", "--input", "saved.tar")).stdout).toContain(`Loaded image: ${name}`);
  expect((await image("ls", "-q")).stdout).toBe(`${id}\n`);
});

test("a mistake in a command about images is told as one", async () => {
  const told = async (...args: readonly string[]): Promise<string> => {
    const { exitCode, stderr } = await run("engine", "image", ...args);
    expect(exitCode).not.toBe(0);
    return stderr;
  };
  expect(await told("melt")).toContain('engine image: "melt" is none of ls, pull,');
  expect(await told("pull")).toContain("engine image pull: which one?");
  expect(await told("ls", "--all")).toContain("engine image ls: there is no --all");
  expect(await told("rm", "nobody/has-this")).toContain("nobody/has-this");
  expect(await told("load", "--input", "absent.tar")).toContain("absent.tar");
  expect(await told("save", "nobody/has-this", "-o", "x.tar")).toContain("nobody/has-this");
  expect(await told("pull", "127.0.0.1:1/x")).toContain("connection refused");
  expect(await exists("x.tar")).toBe(false);
});

test("of two engines on the same data the second tells so and ends", async () => {
  expect((await run("engine", "start")).exitCode).toBe(0);
  const socket = join(folder, "second.sock");
  const places = ["--data", join(folder, "data"), "--run", join(folder, "second"), "--socket", socket];
  const { exitCode, stderr } = await run("engine", "serve", ...places);
  expect(exitCode).not.toBe(0);
  expect(stderr).toContain(`${join(folder, "data")}: another embedded engine works on this data`);
});

test("who needs an engine gets one when others start it at the same time", async () => {
  const started = await Promise.all([run("engine", "start"), run("ls"), run("engine", "start")]);
  for (const outcome of started) expect(outcome).toMatchObject({ exitCode: 0, stderr: "" });
});

test("an engine that nobody needs stops by itself", async () => {
  const places = ["--data", join(folder, "data"), "--run", join(folder, "run")];
  const { exitCode, stdout } = await run("engine", "serve", "--idle", "0", ...places);
  expect({ exitCode, stdout }).toEqual({
    exitCode: 0,
    stdout: `engine listens on unix://${join(folder, "run/engine.sock")}\n`,
  });
});
