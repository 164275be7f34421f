import { setTimeout as delay } from "node:timers/promises";
import { badRequest, conflict, HttpError } from "../api/http-error.ts";
import { killGroup } from "../host/cgroups.ts";
import { freezeIfThere, setFrozen } from "../host/freezer.ts";
import { sendSignal } from "../host/processes.ts";
import { signalNumber } from "../runtime/signals.ts";
import type { ContainerDocument } from "./container.ts";
import { mayMove } from "./lifecycle.ts";
import type { Register } from "./register.ts";
import type { ContainerRooms } from "./rooms.ts";
import type { Runs } from "./runs.ts";
import type { Turns } from "../store/turns.ts";

/** What the verbs need beside the rooms. */
export interface VerbParts {
  readonly rooms: ContainerRooms;
  readonly runs: Runs;
  /** What changes one container for good, or holds it still, comes one after the other. */
  readonly turns: Turns;
  /** Ids of containers that are being stopped to be started again: none of them is removed for having ended. */
  readonly restarting: Set<string>;
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
    await runs.settled(id);
    const container = rooms.register.get(id);
    if (!mayMove("start", container)) return false;
    const restartCount = container.state.status === "restarting" ? container.restartCount : 0;
    if (container.isStoppedByHand || container.restartCount !== restartCount) {
      void rooms.register.change(id, { isStoppedByHand: false, restartCount });
    }
    await runs.start(id);
    return true;
  });
}

/** Stops a container: its signal, then its grace, then a kill. Answers whether it ran. */
export async function stopContainer(parts: VerbParts, reference: string, options: StopOptions = {}): Promise<boolean> {
  const { register, publish } = parts.rooms;
  const { id, config } = register.get(reference);
  const signal = signalNumber(options.signal || config.StopSignal || "SIGTERM");
  const graceSeconds = options.graceSeconds ?? config.StopTimeout ?? defaultGraceSeconds;
  await parts.runs.settled(id);
  const container = register.get(id);
  if (!mayMove("stop", container)) return false;
  void register.change(id, { isStoppedByHand: true });
  if (container.state.status === "restarting") await stayDown(parts.rooms, id);
  else await end(parts, container, { signal, graceSeconds });
  publish(register.find(id) ?? container, "stop");
  return true;
}

/** Takes back that a container is about to be started again; who waits for its end has it. */
export async function stayDown({ register, news }: ContainerRooms, id: string): Promise<void> {
  const saved = register.changeState(id, { status: "exited" });
  news.tell("stays-down", register.get(id));
  await saved;
}

async function end(
  parts: VerbParts,
  { id }: ContainerDocument,
  { signal, graceSeconds }: { readonly signal: number; readonly graceSeconds: number },
): Promise<void> {
  const ended = parts.runs.ended(id);
  await sendAndTell(parts, id, signal);
  if (await within(ended, graceSeconds)) return;
  await sendAndTell(parts, id, killed);
  await ended;
}

/** Sends a signal; after a kill, waits for the end. */
export async function killContainer(parts: VerbParts, reference: string, signalText: string): Promise<void> {
  const { register } = parts.rooms;
  const number = signalNumber(signalText || "SIGKILL");
  const { id } = register.get(reference);
  await parts.runs.settled(id);
  const container = register.get(id);
  try {
    mayMove("kill", container);
  } catch (error) {
    throw conflict(`cannot kill container: ${reference}: ${(error as Error).message}`);
  }
  const isEnd = number === killed || number === signalNumber(container.config.StopSignal || "SIGTERM");
  if (isEnd) void register.change(id, { isStoppedByHand: true });
  const ended = parts.runs.ended(id);
  await sendAndTell(parts, id, number);
  if (number === killed) await within(ended, defaultGraceSeconds);
}

/** Stops, when it runs, and starts. */
export async function restartContainer(parts: VerbParts, reference: string, options: StopOptions): Promise<void> {
  const { register, publish } = parts.rooms;
  const container = register.get(reference);
  const { id } = container;
  mayMove("restart", container);
  parts.restarting.add(id);
  try {
    await stopContainer(parts, id, options);
  } finally {
    parts.restarting.delete(id);
  }
  await startContainer(parts, id);
  publish(register.get(id), "restart");
}

/** Freezes all its processes. */
export function pauseContainer(parts: VerbParts, reference: string): Promise<void> {
  const { register, limits, publish } = parts.rooms;
  const { id } = register.get(reference);
  return heldStill(parts, id, async () => {
    await parts.runs.settled(id);
    const container = register.get(id);
    mayMove("pause", container);
    if (!limits.hasCgroups) {
      throw new HttpError(500, `cannot pause container ${id}: an engine without control groups cannot freeze it`);
    }
    const isThere = await freezeIfThere(firstPid(container));
    // It may end as long as it is not frozen.
    if (!isThere || register.find(id)?.state.status !== "running") throw conflict(`container ${id} is not running`);
    await register.changeState(id, { status: "paused" });
    publish(register.get(id), "pause");
  });
}

/** Lets them go on. */
export function unpauseContainer(parts: VerbParts, reference: string): Promise<void> {
  const { register, publish } = parts.rooms;
  const { id } = register.get(reference);
  return heldStill(parts, id, async () => {
    const container = register.get(id);
    mayMove("unpause", container);
    await thaw(parts.rooms, id, firstPid(container));
    publish(register.find(id) ?? container, "unpause");
  });
}

/** Gives a container another name. */
export async function renameContainer({ rooms, turns }: VerbParts, reference: string, wish: string): Promise<void> {
  const { register, networks, publish } = rooms;
  const { id } = register.get(reference);
  const name = wish.replace(/^\//, "");
  if (name === "") throw badRequest("Neither old nor new names may be empty");
  if (!/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/.test(name)) {
    throw badRequest(`Invalid container name (${wish}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed`);
  }
  await turns(id, async () => {
    const { name: oldName } = register.get(id);
    if (name === oldName) throw badRequest("Renaming a container with the same name as its current name");
    takeNewName(register, name, id);
    await register.change(id, { name });
    register.freeName(oldName);
    await networks.rename(id, name);
    publish(register.get(id), "rename", { oldName: `/${oldName}` });
  });
}

function takeNewName(register: Register, name: string, id: string): void {
  try {
    register.takeName(name, id);
  } catch (error) {
    throw error instanceof HttpError ? conflict(`Error when allocating new name: ${error.message}`) : error;
  }
}

/** Does what freezes a container, or lets it go on: nothing else that would keep it as it is comes between. */
function heldStill(parts: VerbParts, id: string, action: () => Promise<void>): Promise<void> {
  return parts.turns(id, () => signalling(parts, id, action));
}

/** A process that is killed while it is being frozen would stay: signals and the freezer take turns. */
function signalling({ turns }: VerbParts, id: string, action: () => Promise<void>): Promise<void> {
  return turns(`${id} signals`, action);
}

/** Sends a signal to the first process. A frozen one gets it when it goes on: now, if it is to end. */
function sendAndTell(parts: VerbParts, id: string, signal: number): Promise<void> {
  const { rooms } = parts;
  return signalling(parts, id, async () => {
    const container = rooms.register.find(id);
    const first = container?.state.process;
    if (container === undefined || first === undefined) return;
    const isThere = sendSignal(first, signal);
    // Without a PID namespace of its own, what it has started would stay, and the runtime waits for it.
    if (signal === killed) killGroup(rooms.paths.mark, id);
    if (isThere) rooms.publish(container, "kill", { signal: String(signal) });
    if (isThere && container.state.status === "paused") await thaw(rooms, id, first.pid);
  });
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
