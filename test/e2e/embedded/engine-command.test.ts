import { access, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { engineFolder } from "../../support/embedded-engine.ts";
import { EngineApi } from "../../support/engine-api.ts";
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

test("of two engines on the same data the second tells so and ends", async () => {
  expect((await run("engine", "start")).exitCode).toBe(0);
  const socket = join(folder, "second.sock");
  const places = ["--data", join(folder, "data"), "--run", join(folder, "second"), "--socket", socket];
  const { exitCode, stderr } = await run("engine", "serve", ...places);
  expect(exitCode).not.toBe(0);
  expect(stderr).toContain(`${join(folder, "data")}: another embedded engine works on this data`);
});

test("an engine that nobody needs stops by itself", async () => {
  const places = ["--data", join(folder, "data"), "--run", join(folder, "run")];
  const { exitCode, stdout } = await run("engine", "serve", "--idle", "0", ...places);
  expect({ exitCode, stdout }).toEqual({
    exitCode: 0,
    stdout: `engine listens on unix://${join(folder, "run/engine.sock")}\n`,
  });
});
