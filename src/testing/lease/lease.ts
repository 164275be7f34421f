import { once } from "node:events";
import { rm, stat, writeFile } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Context } from "../../context.ts";
import { TscomposeError } from "../../errors.ts";
import { systemClock } from "../../system/clock.ts";
import { moduleBeside, startKeeper } from "../../system/companion.ts";
import { StackStartError } from "../start-error.ts";
import type { StackRequest, StackState } from "../start.ts";
import { type Answer, heard, say } from "./messages.ts";
import { type LeaseFolder, openLeaseFolder, socketOf } from "./places.ts";

/** A share in a stack that others may have, too. */
export interface Lease {
  readonly state: StackState;
  /** Gives it back; for the last who does, resolves when nothing is left. */
  readonly release: () => Promise<void>;
}

/** What is leased: the same for the same key, whoever asks. */
export interface LeaseRequest {
  readonly key: string;
  readonly request: StackRequest;
}

/** A keeper that went between being found and being asked is as good as none: somebody has to become the next. */
const mostAttempts = 50;

/**
 * Leases a stack of all processes that ask for the same: the first gets it started, the others wait with it. Throws a
 * `StackStartError` when it does not start. Whoever dies has given it back.
 */
export async function lease(wanted: LeaseRequest, { emit, signal }: Pick<Context, "emit" | "signal">): Promise<Lease> {
  const { socket, state } = await obtain(wanted, { emit, signal });
  const held = new HeldLease(wanted, state, socket);
  return { state, release: () => held.release() };
}

async function obtain(
  wanted: LeaseRequest,
  { emit, signal }: Pick<Context, "emit" | "signal">,
  adopt?: StackState,
): Promise<{ readonly socket: Socket; readonly state: StackState }> {
  const folder = await openLeaseFolder(wanted.request.environment);
  const path = socketOf(folder, wanted.key);
  for (let attempts = 0; attempts < mostAttempts;) {
    if (signal.aborted) throw new TscomposeError({ code: "interrupted", message: "leasing a stack: interrupted" });
    const socket = await tryConnect(path);
    if (socket === undefined) {
      if (await startUnlessStarting(wanted, folder)) attempts += 1;
      continue;
    }
    attempts += 1;
    const giveUp = (): void => void socket.destroy();
    signal.addEventListener("abort", giveUp, { once: true });
    try {
      say(socket, { kind: "lease", ...wanted, ...(adopt === undefined ? {} : { adopt }) });
      const state = await untilReady(socket, emit);
      if (state !== undefined) return { socket, state };
    } finally {
      signal.removeEventListener("abort", giveUp);
    }
  }
  throw new TscomposeError({ code: "unavailable", message: "shared stack: its keeper ends as soon as it has begun" });
}

/** Undefined when the keeper went before it had an answer. */
async function untilReady(socket: Socket, emit: Context["emit"]): Promise<StackState | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<StackState | undefined>();
  const listen = async (): Promise<void> => {
    for await (const answer of heard<Answer>(socket)) {
      if (answer.kind === "event") emit(answer.event);
      else if (answer.kind === "ready") resolve(answer.state);
      else reject(problemOf(answer));
    }
    resolve(undefined);
  };
  // It goes on listening after the answer: that is how the end of the keeper is noticed.
  listen().catch(() => resolve(undefined));
  return promise.catch((error: unknown) => {
    socket.destroy();
    throw error;
  });
}

function problemOf(answer: Extract<Answer, { kind: "failed" | "broken" }>): Error {
  return answer.kind === "failed" ? new StackStartError(answer.failure) : new Error(answer.message);
}

async function tryConnect(path: string): Promise<Socket | undefined> {
  const socket = connect(path);
  try {
    await once(socket, "connect");
    socket.on("error", () => {}); // told by the end of what is heard
    return socket;
  } catch {
    socket.destroy();
    return undefined;
  }
}

/** How long a keeper takes to start, at most, and how often those look who wait for it. */
const longestStartMs = 10_000;
const lookMs = 20;

/**
 * One of all who find no keeper starts one, and the others wait a moment; answers whether it did. That there is one keeper
 * only is not decided here, but by the keepers themselves: this spares the machine a program for each worker.
 */
async function startUnlessStarting(wanted: LeaseRequest, { path }: LeaseFolder): Promise<boolean> {
  const mark = join(path, `${wanted.key}.starting`);
  if (!(await claim(mark))) {
    await delay(lookMs);
    return false;
  }
  try {
    await startKeeperOf(wanted);
  } finally {
    await rm(mark, { force: true });
  }
  return true;
}

/** False while somebody else has it, who may also have died: it is nobody's after a while. */
async function claim(mark: string): Promise<boolean> {
  try {
    await writeFile(mark, "", { flag: "wx", mode: 0o600 });
    return true;
  } catch (error) {
    if (!hasCode(error, "EEXIST")) throw error;
  }
  try {
    if (systemClock.now() - (await stat(mark)).mtimeMs > longestStartMs) await rm(mark, { force: true });
  } catch (error) {
    if (!hasCode(error, "ENOENT")) throw error;
  }
  return false;
}

function hasCode(error: unknown, code: string): boolean {
  return Error.isError(error) && "code" in error && error.code === code;
}

async function startKeeperOf({ key, request }: LeaseRequest): Promise<void> {
  const module = moduleBeside(import.meta.dirname, "keeper-process");
  const { said, complaint } = await startKeeper(module, [key], request.environment);
  if (said === "listening" || said === "taken") return;
  throw new TscomposeError({ code: "unavailable", message: `shared stack: its keeper does not start: ${complaint}` });
}

/** A lease that outlives its keeper: when that dies, the next one takes over what runs. */
class HeldLease {
  readonly #wanted: LeaseRequest;
  readonly #state: StackState;
  #socket: Socket;
  #isReleased = false;
  #renewing: Promise<void> = Promise.resolve();

  constructor(wanted: LeaseRequest, state: StackState, socket: Socket) {
    this.#wanted = wanted;
    this.#state = state;
    this.#socket = socket;
    this.#hold(socket);
  }

  async release(): Promise<void> {
    this.#isReleased = true;
    await this.#renewing;
    const socket = this.#socket.ref();
    const closed = once(socket, "close");
    if (socket.closed) return;
    say(socket, { kind: "release" });
    await closed;
  }

  #hold(socket: Socket): void {
    socket.unref(); // a program that forgets to give it back ends all the same
    socket.once("close", () => {
      if (this.#isReleased) return;
      this.#renewing = this.#renew();
      this.#renewing.catch(() => {}); // told when the lease is released
    });
  }

  async #renew(): Promise<void> {
    const undisturbed = { emit: () => {}, signal: new AbortController().signal };
    const { socket } = await obtain(this.#wanted, undisturbed, this.#state);
    this.#socket = socket;
    this.#hold(socket);
  }
}
