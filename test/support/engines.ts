import { spawnSync } from "node:child_process";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Engine } from "../../src/engine/engine.ts";
import { openEngine } from "../../src/open-engine.ts";

/** An engine that tests may use. */
export interface TestEngine {
  readonly name: string;
  /** As in `DOCKER_HOST`. */
  readonly address: string;
}

const own = process.env["DOCKER_HOST"] ?? "unix:///var/run/docker.sock";
const others = (process.env["TSCOMPOSE_TEST_ENGINES"] ?? "").split(",").filter((address) => address !== "");

/**
 * The engine of this run, the embedded one that the run has started, and those that `TSCOMPOSE_TEST_ENGINES` lists
 * (addresses, separated by commas).
 */
export function testEngines(embedded: string): readonly TestEngine[] {
  const names = new Map([
    [own, "the engine of this run"],
    [embedded, "the embedded engine"],
  ]);
  return [...new Set([own, embedded, ...others])]
    .filter((address) => address !== "")
    .map((address) => ({ name: names.get(address) ?? address, address }));
}

/** Opens an engine by its address, whatever the variables of the test run say. */
export async function openTestEngine({ address }: TestEngine): Promise<Engine> {
  const { engine } = await openEngine({ environment: process.env, homeDirectory: homedir(), engine: address });
  return engine;
}

/** Sees to it that an engine has some of the images of `fixtures/images`. */
export function ensureImages({ address }: TestEngine, ...names: readonly string[]): void {
  const setup = join(import.meta.dirname, "../toolchain/setup.sh");
  const environment = { ...process.env, DOCKER_HOST: address };
  const { status, stderr } = spawnSync("sh", [setup, "--images-only", ...names], {
    env: environment,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`images for ${address}: ${stderr}`);
}
