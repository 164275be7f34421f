import { setTimeout as delay } from "node:timers/promises";
import { badRequest, conflict, HttpError } from "../api/http-error.ts";
import { killGroup } from "../host/cgroups.ts";
import { setFrozen } from "../host/freezer.ts";
import { sendSignal } from "../host/processes.ts";
import { signalNumber } from "../runtime/signals.ts";
import type { ContainerDocument } from "./container.ts";
import { mayMove } from "./lifecycle.ts";
import type { ContainerRooms } from "./rooms.ts";
import type { Runs } from "./runs.ts";
import type { Turns } from "../store/turns.ts";

/** What the verbs need beside the rooms. */
export interface VerbParts {
  readonly rooms: ContainerRooms;
  readonly runs: Runs;
  /** Starts and removals of one container come one after the other. */
  readonly turns: Turns;
}

/** How a container is stopped. */
export interface StopOptions {
  /** Instead of the container's own. */
  readonly signal?: string;
  /** Instead of the container's own; -1 for no end. */
  readonly graceSeconds?: number;
}

const defaultGraceSeconds = 10;
const killed = 9;

/** Starts a container; answers whether it did not run before. */
export function startContainer({ rooms, runs, turns }: VerbParts, reference: string): Promise<boolean> {
  const { id } = rooms.register.get(reference);
  return turns(id, async () => {
    const container = rooms.register.get(id);
    if (!mayMove("start", container)) return false;
    const restartCount = container.state.status === "restarting" ? container.restartCount : 0;
    if (container.isStoppedByHand || container.restartCount !== restartCount) {
      await rooms.register.change(id, { isStoppedByHand: false, restartCount });
    }
    await runs.start(rooms.register.get(id));
    return true;
  });
}

/** Stops a container: its signal, then its grace, then a kill. Answers whether it ran. */
export async function stopContainer(parts: VerbParts, reference: string, options: StopOptions = {}): Promise<boolean> {
  const { register, publish } = parts.rooms;
  const container = register.get(reference);
  const { id, config } = container;
  const signal = signalNumber(options.signal || config.StopSignal || "SIGTERM");
  const graceSeconds = options.graceSeconds ?? config.StopTimeout ?? defaultGraceSeconds;
  if (!mayMove("stop", container)) return false;
  void register.change(id, { isStoppedByHand: true });
  if (container.state.status === "restarting") {
    await register.changeState(id, { status: "exited" });
    return true;
  }
  const ended = parts.runs.ended(id);
  await sendAndTell(parts, container, signal);
  const isOver = await within(ended, graceSeconds);
  if (!isOver) {
    await sendAndTell(parts, register.get(id), killed);
    await ended;
  }
  publish(register.find(id) ?? container, "stop");
  return true;
}

/** Sends a signal; after a kill, waits for the end. */
export async function killContainer(parts: VerbParts, reference: string, signalText: string): Promise<void> {
  const { register } = parts.rooms;
  const number = signalNumber(signalText || "SIGKILL");
  const container = register.get(reference);
  try {
    mayMove("kill", container);
  } catch (error) {
    throw conflict(`cannot kill container: ${reference}: ${(error as Error).message}`);
  }
  const isEnd = number === killed || number === signalNumber(container.config.StopSignal || "SIGTERM");
  if (isEnd) void register.change(container.id, { isStoppedByHand: true });
  const ended = parts.runs.ended(container.id);
  await sendAndTell(parts, container, number);
  if (number === killed) await within(ended, defaultGraceSeconds);
}

/** Stops, when it runs, and starts. */
export async function restartContainer(parts: VerbParts, reference: string, options: StopOptions): Promise<void> {
  const { register, publish } = parts.rooms;
  const container = register.get(reference);
  mayMove("restart", container);
  await stopContainer(parts, container.id, options);
  await startContainer(parts, container.id);
  publish(register.get(container.id), "restart");
}

/** Freezes all its processes. */
export async function pauseContainer({ rooms }: VerbParts, reference: string): Promise<void> {
  const container = rooms.register.get(reference);
  mayMove("pause", container);
  if (!rooms.limits.hasCgroups) {
    throw new HttpError(
      500,
      `cannot pause container ${container.id}: an engine without control groups cannot freeze it`,
    );
  }
  await setFrozen(firstPid(container), true);
  await rooms.register.changeState(container.id, { status: "paused" });
  rooms.publish(rooms.register.get(container.id), "pause");
}

/** Lets them go on. */
export async function unpauseContainer({ rooms }: VerbParts, reference: string): Promise<void> {
  const container = rooms.register.get(reference);
  mayMove("unpause", container);
  await thaw(rooms, container.id, firstPid(container));
  rooms.publish(rooms.register.find(container.id) ?? container, "unpause");
}

/** Gives a container another name. */
export async function renameContainer({ rooms }: VerbParts, reference: string, wish: string): Promise<void> {
  const { register, publish } = rooms;
  const container = register.get(reference);
  const name = wish.replace(/^\//, "");
  if (name === "") throw badRequest("Neither old nor new names may be empty");
  if (!/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/.test(name)) {
    throw badRequest(`Invalid container name (${wish}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed`);
  }
  if (name === container.name) throw badRequest("Renaming a container with the same name as its current name");
  register.takeName(name, container.id);
  await register.change(container.id, { name });
  register.freeName(container.name);
  publish(register.get(container.id), "rename", { oldName: `/${container.name}` });
}

/** Sends a signal to the first process. A frozen one gets it when it goes on: now, if it is to end. */
async function sendAndTell({ rooms }: VerbParts, container: ContainerDocument, signal: number): Promise<void> {
  const { process: first, status } = container.state;
  if (first === undefined) return;
  const isThere = sendSignal(first, signal);
  // Without a PID namespace of its own, what it has started would stay, and the runtime waits for it.
  if (signal === killed) killGroup(rooms.paths.mark, container.id);
  if (isThere) rooms.publish(container, "kill", { signal: String(signal) });
  if (isThere && status === "paused") await thaw(rooms, container.id, first.pid);
}

/** Lets a frozen container go on. One that ended as soon as it could stays ended. */
async function thaw({ register }: ContainerRooms, id: string, pid: number): Promise<void> {
  await setFrozen(pid, false);
  if (register.find(id)?.state.status === "paused") await register.changeState(id, { status: "running" });
}

function firstPid({ id, state }: ContainerDocument): number {
  const { process: first } = state;
  if (first === undefined) throw conflict(`container ${id} is not running`);
  return first.pid;
}

/** Whether something ends within its time. */
async function within(ended: Promise<void>, seconds: number): Promise<boolean> {
  if (seconds < 0) return ended.then(() => true);
  const timer = new AbortController();
  const late = delay(seconds * 1000, false, { signal: timer.signal }).catch(() => false);
  const isOver = await Promise.race([ended.then(() => true), late]);
  timer.abort();
  return isOver;
}
