import { conflict, type HttpError } from "../api/http-error.ts";
import type { ContainerDocument, ContainerStatus } from "./container.ts";

/** What can be asked of a container that its status allows or forbids. */
export type Move = "start" | "stop" | "kill" | "pause" | "unpause" | "restart" | "remove" | "exec";

/**
 * What becomes of a move: done, needless (Docker's 304: it is so already), or refused with the reason.
 *
 * ```
 *             start            exits            start
 *  created ----------> running ------> exited ---------> running
 *                      |    ^ \  exits and is to be restarted
 *                pause |    |  `-----------> restarting --> running
 *                      v    | unpause
 *                      paused            created, exited, dead -- remove --> removing
 * ```
 */
type Verdict = "done" | "needless" | `refused: ${string}`;

const notRunning = "refused: container %s is not running";
const leaving = "refused: container is marked for removal and cannot be started";

/** Every status has its column: adding one without deciding all its moves does not compile. */
const table: Readonly<Record<Move, Readonly<Record<ContainerStatus, Verdict>>>> = {
  start: {
    created: "done",
    running: "needless",
    paused: "refused: cannot start a paused container, try unpause instead",
    restarting: "done",
    exited: "done",
    removing: leaving,
    dead: leaving,
  },
  stop: everywhere("needless", { running: "done", paused: "done", restarting: "done" }),
  kill: everywhere(notRunning, { running: "done", paused: "done", restarting: "refused: container %s is restarting" }),
  pause: everywhere(notRunning, {
    running: "done",
    paused: "refused: Container %s is already paused",
    restarting: "refused: container %s is restarting, wait until the container is running",
  }),
  unpause: everywhere("refused: Container %s is not paused", { paused: "done" }),
  restart: everywhere("done", { removing: leaving, dead: leaving }),
  remove: {
    created: "done",
    running: "refused: container is running: stop the container before removing or force remove",
    paused: "refused: container is paused and must be unpaused first",
    restarting: "refused: container is restarting: stop the container before removing or force remove",
    exited: "done",
    removing: "refused: removal of container %s is already in progress",
    dead: "done",
  },
  exec: everywhere(notRunning, {
    running: "done",
    paused: "refused: Container %s is paused, unpause the container before exec",
    restarting: "refused: container %s is restarting, wait until the container is running",
  }),
};

/** Whether a move changes anything. Throws 409 where the status forbids it. */
export function mayMove(move: Move, { id, state }: ContainerDocument): boolean {
  const verdict = table[move][state.status];
  if (verdict === "done" || verdict === "needless") return verdict === "done";
  throw refusal(verdict, id);
}

function refusal(verdict: string, id: string): HttpError {
  return conflict(verdict.replace("refused: ", "").replace("%s", id));
}

function everywhere(
  verdict: Verdict,
  but: Partial<Record<ContainerStatus, Verdict>>,
): Readonly<Record<ContainerStatus, Verdict>> {
  return {
    created: verdict,
    running: verdict,
    paused: verdict,
    restarting: verdict,
    exited: verdict,
    removing: verdict,
    dead: verdict,
    ...but,
  };
}
