import { setTimeout as delay } from "node:timers/promises";
import { findContainers } from "../../actions/select-containers.ts";
import type { OpenContext } from "../../library/open-context.ts";
import { layersOf } from "../../actions/kept-layers.ts";
import { endStack, openStackContext } from "../start.ts";
import type { Guarded } from "./own-guard.ts";

/** What an engine was asked for last it may still be doing after whoever asked is gone. */
const quietMs = 500;
const mostRounds = 20;

/** Takes down what a process has left, and looks again until nothing more turns up. */
export async function takeDownForGood({ name, request }: Guarded): Promise<void> {
  await using context = await openStackContext(request, {});
  for (let round = 0; round < mostRounds; round++) {
    await endStack(name, request, context).catch(() => {}); // tried again in the next round
    await delay(quietMs);
    if (!(await isAnythingLeft(name, context))) return;
  }
}

async function isAnythingLeft(name: string, context: OpenContext): Promise<boolean> {
  const { engine } = context;
  const filters = { label: [`com.docker.compose.project=${name}`] };
  const [containers, networks, volumes, layers] = await Promise.all([
    findContainers(engine, { name }),
    engine.listNetworks(filters),
    engine.listVolumes(filters),
    layersOf(name, engine),
  ]);
  return containers.length + networks.length + volumes.length + layers.length > 0;
}
