import { HttpError } from "../api/http-error.ts";
import type { ContainerDocument } from "./container.ts";
import { removeContainer } from "./remove.ts";
import { stayDown, type VerbParts } from "./verbs.ts";

/** Does what comes after an exit: a restart where the policy wants one, the removal of what was to be removed. */
export function followExits(parts: VerbParts): void {
  const { rooms } = parts;
  rooms.news.on("exit", (container) => {
    if (container.hostConfig.AutoRemove === true) {
      if (!parts.restarting.has(container.id)) removeEnded(parts, container.id);
      return;
    }
    const delayMs = container.isStoppedByHand ? undefined : rooms.restarts.delayAfter(container);
    if (delayMs !== undefined) scheduleRestart(parts, container, delayMs);
  });
}

/** Removes what was to be removed when it has ended. Somebody else may have removed it, or started it again, before. */
export function removeEnded(parts: VerbParts, id: string): void {
  const removal = removeContainer(parts, id, { isForced: false, withVolumes: true });
  removal.catch((error: unknown) => {
    if (!(error instanceof HttpError)) parts.rooms.onFault(error);
  });
}

/** Starts again after its time, unless somebody stops, starts or removes it before. */
function scheduleRestart({ rooms, runs, turns }: VerbParts, { id, state }: ContainerDocument, delayMs: number): void {
  const { register, onFault } = rooms;
  const again = async (): Promise<void> => {
    const container = register.find(id);
    // Started and ended meanwhile, it waits for another time.
    if (container?.state.status !== "restarting" || container.state.finishedAt !== state.finishedAt) return;
    void register.change(id, { restartCount: container.restartCount + 1 });
    await runs.start(id).catch(async (error: unknown) => {
      // As with dockerd, it is not tried again.
      await stayDown(rooms, id);
      throw error;
    });
  };
  void register.changeState(id, { status: "restarting" });
  setTimeout(() => void turns(id, again).catch(onFault), delayMs).unref();
}
