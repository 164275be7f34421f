import { setTimeout } from "node:timers/promises";
import type { ContainerInspect } from "../../src/docker-api/container.ts";
import type { VersionInfo } from "../../src/docker-api/version.ts";
import type { EngineApi } from "./engine-api.ts";
import type { Action, World } from "./scenario.ts";

/** Whether the engine that tests speak to is Podman's. */
export async function isPodman(engine: EngineApi): Promise<boolean> {
  const { Components = [] } = (await engine.get("/version")) as VersionInfo;
  return Components.some(({ Name }) => Name === "Podman Engine");
}

/**
 * Does something while the project's containers are probed, as systemd's timers do on machines of Podman's: it makes no
 * probes itself, and who only waits for health, as Docker Compose does, waits for ever. Elsewhere nothing is added.
 */
export function whileProbed(action: Action): Action {
  return async (world) => {
    if (!(await isPodman(world.engine))) return action(world);
    const over = new AbortController();
    const probes = keepProbing(world, over.signal);
    try {
      await action(world);
    } finally {
      over.abort();
      await probes;
    }
  };
}

async function keepProbing(world: World, signal: AbortSignal): Promise<void> {
  const filters = { label: [`com.docker.compose.project=${world.project.name}`] };
  while (!signal.aborted) {
    const running = (await world.engine.containers(filters)).filter(({ State }) => State === "running");
    await Promise.all(running.map(({ Id }) => probe(Id, world.engine)));
    await setTimeout(500, undefined, { signal }).catch(() => {});
  }
}

async function probe(id: string, engine: EngineApi): Promise<void> {
  const { Config } = (await engine.get(`/containers/${id}/json`)) as ContainerInspect;
  if (Config.Healthcheck === undefined) return;
  await engine.get(`/v4.0.0/libpod/containers/${id}/healthcheck`).catch((error: unknown) => {
    // Refused when it takes too long, or the container has just ended: its health tells what is to be known.
    if (!/: (?:409|500) /.test(String(error))) throw error;
  });
}
