import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { engineFolder, startOwnEngine } from "../../support/embedded-engine.ts";
import { describeOutcome, type Outcome, start, tscompose } from "../../support/tool.ts";

test("a reset reaches into nothing that is mounted among the engine's files", async () => {
  const folder = await engineFolder("reset");
  const run = (...args: readonly string[]): Promise<Outcome> =>
    start(tscompose, ["engine", ...args], {
      directory: folder,
      environment: { TSCOMPOSE_ENGINE_DATA: join(folder, "data"), TSCOMPOSE_ENGINE_RUN: join(folder, "run") },
    }).outcome;
  const [theirs, place] = [join(folder, "theirs"), join(folder, "data/volumes/left")];
  await mkdir(theirs);
  await mkdir(place, { recursive: true });
  await writeFile(join(theirs, "precious"), "kept");
  mount("--bind", theirs, place);
  try {
    const outcome = await run("reset", "--force");
    expect(outcome.exitCode, describeOutcome(outcome)).toBe(1);
    expect(outcome.stderr).toContain(`something is still mounted at ${place}: nothing is removed`);
    expect(await readFile(join(theirs, "precious"), "utf8")).toBe("kept");
  } finally {
    spawnSync("umount", [place]);
    await run("reset", "--force");
    await rm(folder, { recursive: true });
  }
});

test("an engine that a program serves in its own process is neither stopped nor removed under it", async () => {
  await using engine = await startOwnEngine();
  const [data, folder] = [join(engine.folder, "data"), engine.folder];
  const run = (...args: readonly string[]): Promise<Outcome> =>
    start(tscompose, ["engine", ...args], {
      directory: folder,
      environment: {
        TSCOMPOSE_ENGINE_DATA: data,
        TSCOMPOSE_ENGINE_RUN: join(folder, "run"),
        TSCOMPOSE_ENGINE_SOCKET: join(folder, "engine.sock"),
      },
    }).outcome;
  for (const args of [["stop"], ["reset", "--force"]]) {
    const outcome = await run(...args);
    expect(outcome.exitCode, describeOutcome(outcome)).toBe(1);
    expect(outcome.stderr).toContain("another program serves the embedded engine");
    expect(outcome.stderr).toContain(`ps -fp ${process.pid}`);
  }
  expect((await run("status")).stdout).toContain("running, in another program");
  expect(existsSync(data)).toBe(true);
});

function mount(...args: readonly string[]): void {
  const { status, stderr } = spawnSync("mount", args, { encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
}
