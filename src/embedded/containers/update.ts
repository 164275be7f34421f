import type { ContainerUpdateBody, HostConfig } from "../../docker-api/container.ts";
import { conflict } from "../api/http-error.ts";
import { limitWarnings } from "../runtime/limit-warnings.ts";
import { checkLimits, resourcesOf } from "../runtime/resources.ts";
import { isRunning } from "./container.ts";
import { checkHostConfig } from "./host-config.ts";
import { mayMove } from "./lifecycle.ts";
import type { VerbParts } from "./verbs.ts";

/**
 * Changes limits and the restart policy of a container, also while it runs. Throws 400 for limits that contradict each
 * other, 409 for one that is being removed.
 */
export async function updateContainer(
  { rooms, turns }: VerbParts,
  reference: string,
  body: Readonly<Record<string, unknown>>,
): Promise<{ readonly Warnings: readonly string[] | null }> {
  const { register, runtimes, limits, publish } = rooms;
  const { id } = register.get(reference);
  const wish = changesOf(body);
  checkHostConfig(wish);
  await turns(id, async () => {
    const container = register.get(id);
    mayMove("restart", container);
    const hostConfig: HostConfig = { ...container.hostConfig, ...wish };
    checkLimits(hostConfig);
    if (hostConfig.AutoRemove === true && wish.RestartPolicy !== undefined && wish.RestartPolicy.Name !== "no") {
      throw conflict("Restart policy cannot be updated because AutoRemove is enabled for the container");
    }
    if (isRunning(container) && limits.hasCgroups) {
      const { devices: _devices, ...resources } = resourcesOf(hostConfig, { ...limits, deviceRules: [] });
      if (Object.keys(resources).length > 0) {
        await runtimes.update(id, resources);
      }
    }
    await register.change(id, { hostConfig });
  });
  publish(register.get(id), "update");
  const warnings = limitWarnings(wish, limits);
  return { Warnings: warnings.length === 0 ? null : warnings };
}

/** Clients send zeros for what is to stay. */
function changesOf(body: ContainerUpdateBody): Partial<HostConfig> {
  const { RestartPolicy, ...limits } = body;
  const told = Object.entries(limits).filter(
    ([, value]) => value !== null && value !== 0 && value !== "" && value !== undefined,
  );
  const listless = told.filter(([, value]) => !Array.isArray(value) || value.length > 0);
  return {
    ...Object.fromEntries(listless),
    ...(RestartPolicy?.Name ? { RestartPolicy } : {}),
  };
}
