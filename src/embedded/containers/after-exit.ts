import type { ContainerDocument } from "./container.ts";
import { removeContainer } from "./remove.ts";
import type { VerbParts } from "./verbs.ts";

/** Does what comes after an exit: a restart where the policy wants one, the removal of what was to be removed. */
export function followExits(parts: VerbParts): void {
  const { rooms } = parts;
  rooms.news.on("exit", (container) => {
    if (container.hostConfig.AutoRemove === true) {
      const removal = removeContainer(parts, container.id, { isForced: false, withVolumes: true });
      removal.catch(rooms.onFault);
      return;
    }
    const delayMs = container.isStoppedByHand ? undefined : rooms.restarts.delayAfter(container);
    if (delayMs !== undefined) scheduleRestart(parts, container, delayMs);
  });
}

/** Starts again after its time, unless somebody stops, starts or removes it before. */
function scheduleRestart({ rooms, runs, turns }: VerbParts, { id }: ContainerDocument, delayMs: number): void {
  const { register, onFault } = rooms;
  const isStillWanted = (): boolean => register.find(id)?.state.status === "restarting";
  const again = async (): Promise<void> => {
    if (!isStillWanted()) return;
    const container = register.get(id);
    await register.change(id, { restartCount: container.restartCount + 1 });
    await runs.start(register.get(id)).catch(async (error: unknown) => {
      await register.changeState(id, { status: "exited" });
      throw error;
    });
  };
  void register.changeState(id, { status: "restarting" });
  setTimeout(() => void turns(id, again).catch(onFault), delayMs).unref();
}
