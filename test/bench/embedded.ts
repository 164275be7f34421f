import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EngineApi } from "../support/engine-api.ts";
import { ownServer } from "../../src/system/background.ts";

/** An embedded engine as users get it: the built command in a process of its own, with places of its own. */
export interface BenchEngine extends AsyncDisposable {
  readonly address: string;
  readonly process: ChildProcess;
}

/** Starts one that has busybox, taken over from the engine of `DOCKER_HOST`. */
export async function benchEngine(): Promise<BenchEngine> {
  const folder = await mkdtemp(join(tmpdir(), "tscompose-bench-"));
  const socket = join(folder, "engine.sock");
  const places = ["--data", join(folder, "data"), "--run", join(folder, "run"), "--socket", socket];
  const { words, environment } = ownServer("engine", "serve", ...places);
  const [program, ...args] = words;
  const engine = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"], env: environment });
  const ended = new Promise<void>((resolve) => void engine.once("close", () => resolve()));
  await new Promise<void>((resolve) => void engine.stdout.once("data", () => resolve()));
  const address = `unix://${socket}`;
  await takeOver("busybox", address);
  return {
    address,
    process: engine,
    async [Symbol.asyncDispose]() {
      engine.kill("SIGTERM");
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Gives an engine an image of the engine of `DOCKER_HOST`. */
export async function takeOver(image: string, address: string): Promise<void> {
  await new EngineApi(address).upload("/images/load", await new EngineApi().download(`/images/${image}/get`));
}
