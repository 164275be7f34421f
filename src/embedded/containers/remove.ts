import { HttpError } from "../api/http-error.ts";
import { type ContainerDocument, isRunning } from "./container.ts";
import { mayMove } from "./lifecycle.ts";
import { killContainer, type VerbParts } from "./verbs.ts";

/** What goes with a container. */
export interface RemoveOptions {
  /** Kills it first when it runs. */
  readonly isForced: boolean;
  /** Its anonymous volumes go, too. */
  readonly withVolumes: boolean;
}

/** Removes a container for good. Throws 409 for one that runs, unless forced. */
export async function removeContainer(parts: VerbParts, reference: string, options: RemoveOptions): Promise<void> {
  const { rooms, runs, turns } = parts;
  const { id } = rooms.register.get(reference);
  await turns(id, async () => {
    if (options.isForced) await end(parts, id);
    await runs.settled(id);
    const container = rooms.register.get(id);
    refuseUnlessMovable(container, reference);
    await erase(parts, container, options);
  });
}

/** Sees to it that a container does not run, nor will by itself. */
async function end(parts: VerbParts, id: string): Promise<void> {
  const { rooms, runs } = parts;
  for (;;) {
    await runs.settled(id);
    const container = rooms.register.get(id);
    if (container.state.status === "restarting") await rooms.register.changeState(id, { status: "exited" });
    if (!isRunning(container)) return;
    const ended = runs.ended(id);
    await killContainer(parts, id, "SIGKILL").catch((error: unknown) => {
      // It ended by itself in the meantime, and may be about to be started again.
      if (!(error instanceof HttpError && error.status === 409)) throw error;
    });
    await ended;
  }
}

async function erase({ rooms }: VerbParts, { id }: ContainerDocument, { withVolumes }: RemoveOptions): Promise<void> {
  const { register, networks, volumes, streams, publish } = rooms;
  register.markRemoving(id);
  const container = register.get(id);
  await networks.release(id);
  await streams.close(id);
  await register.remove(id);
  publish(container, "destroy");
  rooms.news.tell("removal", container);
  if (!withVolumes) return;
  for (const { Name, isAnonymous } of container.mounts) {
    if (isAnonymous === true && Name !== undefined) await volumes.removeAnonymous(Name);
  }
}

function refuseUnlessMovable(container: ContainerDocument, reference: string): void {
  try {
    mayMove("remove", container);
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    throw new HttpError(error.status, `cannot remove container "${reference}": ${error.message}`);
  }
}
