import { spawn } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { emptyEngine, engineFolder } from "./embedded-engine.ts";
import { EngineApi } from "./engine-api.ts";

const entry = join(import.meta.dirname, "../../src/embedded/index.ts");
const serve = `
  const { startEmbeddedEngine } = await import(process.argv[1]);
  const [data, run, socket] = process.argv.slice(2);
  const tell = (what) => console.error(what);
  const places = { data, run, socket };
  const engine = await startEmbeddedEngine({ places, version: "0.0.0", onFault: tell, announce: () => {} });
  process.once("SIGTERM", () => engine.stop().then(() => process.exit(0)));
  console.log("ready");
`;

/** An embedded engine in a process of its own, from source, with places of its own. */
export interface EngineProcess extends AsyncDisposable {
  readonly api: EngineApi;
}

/** Starts one, by way of another command if given; when it goes, its containers and all that it kept go with it. */
export async function startEngineProcess(name: string, by: readonly string[] = []): Promise<EngineProcess> {
  const folder = await engineFolder(name);
  const socket = join(folder, "engine.sock");
  const node = [process.execPath, "--input-type=module", "-e", serve, entry];
  const [program, ...args] = [...by, ...node, join(folder, "data"), join(folder, "run"), socket];
  const engine = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(engine, "exit");
  await Promise.race([
    once(createInterface(engine.stdout), "line"),
    ended.then(() => {
      throw new Error("the embedded engine ended before it was ready");
    }),
  ]);
  const api = new EngineApi(`unix://${socket}`);
  return {
    api,
    async [Symbol.asyncDispose]() {
      await emptyEngine(api);
      engine.kill("SIGTERM");
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
