import { isSinceStart } from "../host/processes.ts";
import { KernelLog } from "../host/kernel-log.ts";
import { type ContainerDocument, isRunning } from "./container.ts";
import type { ContainerRooms } from "./rooms.ts";

/** So often it is looked whether a container with a limit had a process killed. */
const lookMs = 1000;
const killing = /^oom-kill:constraint=.*,oom_memcg=\S*\/([0-9a-f]{64})(?:[/,]|$)/;

/**
 * Notices when the kernel kills a process of a container for want of memory: the kernel's log names the control group.
 * It is the one source that does not go with the group when the container ends.
 */
export class OutOfMemory implements Disposable {
  readonly #rooms: Pick<ContainerRooms, "register" | "publish" | "onFault">;
  readonly #log = new KernelLog();
  readonly #timer: NodeJS.Timeout;
  /** What was there before the first look may be of an earlier run; what comes later is of the one that goes on. */
  #isCaughtUp = false;

  constructor(rooms: Pick<ContainerRooms, "register" | "publish" | "onFault">) {
    this.#rooms = rooms;
    this.#timer = setInterval(() => this.#lookWhereLimited(), lookMs).unref();
  }

  /** Marks the containers of which processes were killed since the last look, and tells of it. */
  look(): void {
    const { register, publish, onFault } = this.#rooms;
    for (const { us, text } of this.#log.news()) {
      const container = register.find(killing.exec(text)?.[1] ?? "");
      const first = container?.state.process;
      if (container === undefined || first === undefined) continue;
      if (!this.#isCaughtUp && !isSinceStart(first, us)) continue;
      register.changeState(container.id, { isOomKilled: true }).catch(onFault);
      publish(container, "oom");
    }
    this.#isCaughtUp = true;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#log[Symbol.dispose]();
  }

  #lookWhereLimited(): void {
    if (this.#rooms.register.all().some(isLimited)) this.look();
  }
}

function isLimited(container: ContainerDocument): boolean {
  return isRunning(container) && (container.hostConfig.Memory ?? 0) > 0;
}
