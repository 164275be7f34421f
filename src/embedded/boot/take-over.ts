import { readdir, rm } from "node:fs/promises";
import { removeEnded } from "../containers/after-exit.ts";
import { isRunning } from "../containers/container.ts";
import { networkedContainer } from "../containers/networked.ts";
import type { VerbParts } from "../containers/verbs.ts";
import { startContainer } from "../containers/verbs.ts";
import { sweepCgroups } from "../host/cgroups.ts";
import { isOfContainer, sendSignal, startTimeOf } from "../host/processes.ts";
import type { Survivor } from "../networks/networks.ts";
import { bootOrder } from "./boot-order.ts";

/**
 * Makes an earlier engine's state this one's: containers that run go on, those that ended meanwhile get their exit
 * code, what belongs to nobody is taken away. After a reboot nothing runs, and restart policies say what should.
 */
export async function takeOver(parts: VerbParts): Promise<void> {
  const { rooms, runs } = parts;
  const { register, networks, volumes, onFault } = rooms;
  const containers = register.all();
  const left = await Promise.all(containers.map((container) => runs.leftOver(container)));
  const survivors = left.flatMap(({ isRunning: goesOn, network }, at): readonly Survivor[] => {
    const container = containers[at] && networkedContainer(containers[at]);
    return goesOn && network !== undefined && container !== undefined ? [{ container, prepared: network }] : [];
  });
  await networks.recover(survivors);
  await volumes.recover();
  await Promise.all(containers.map((container) => runs.adopt(container).catch(onFault)));
  await sweep(parts);
  for (const { id, hostConfig, state } of register.all()) {
    if (hostConfig.AutoRemove === true && state.status === "exited") removeEnded(parts, id);
  }
  startWanted(parts).catch(onFault);
}

/** Takes away what runs, or stands ready to run, for containers that are not in the register. */
async function sweep({ rooms }: VerbParts): Promise<void> {
  const { paths, register, signs } = rooms;
  const isKnown = (id: string): boolean => register.find(id)?.id === id;
  for (const id of await readdir(paths.running)) {
    if (isKnown(id)) continue;
    killStray(Number(signs.read(`${id}.pid`) ?? 0), id);
    await rm(paths.container(id).run, { recursive: true, force: true });
  }
  for (const name of signs.names()) {
    if (!isKnown(name.replace(/\.\w+$/, ""))) await signs.remove(name);
  }
  await rm(paths.execs, { recursive: true, force: true });
  sweepCgroups(paths.mark, (id) => isKnown(id) && isRunning(register.get(id)));
}

function killStray(pid: number, id: string): void {
  const startTime = startTimeOf(pid);
  if (pid > 0 && startTime !== undefined && isOfContainer(pid, id)) sendSignal({ pid, startTime }, 9);
}

/**
 * In the background: nobody waits for them, and those that cannot start say so in their state. What others depend on is
 * started first.
 */
async function startWanted(parts: VerbParts): Promise<void> {
  const { register, restarts, onFault } = parts.rooms;
  const wanted = register.all().filter((container) => {
    const isDown = ["exited", "restarting"].includes(container.state.status);
    return isDown && restarts.isWantedAtBoot(container);
  });
  for (const wave of bootOrder(wanted)) {
    await Promise.all(wave.map((id) => startContainer(parts, id).catch(onFault)));
  }
}
