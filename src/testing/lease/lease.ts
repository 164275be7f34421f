import { once } from "node:events";
import { connect, type Socket } from "node:net";
import type { Context } from "../../context.ts";
import { TscomposeError } from "../../errors.ts";
import { moduleBeside, startKeeper } from "../../system/companion.ts";
import { StackStartError } from "../start-error.ts";
import type { StackRequest, StackState } from "../start.ts";
import { type Answer, heard, say } from "./messages.ts";
import { openLeaseFolder, socketOf } from "./places.ts";

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
  const path = socketOf(await openLeaseFolder(wanted.request.environment), wanted.key);
  for (let attempt = 0; attempt < mostAttempts; attempt++) {
    if (signal.aborted) throw new TscomposeError({ code: "interrupted", message: "leasing a stack: interrupted" });
    const socket = await tryConnect(path);
    if (socket === undefined) {
      await becomeKeeper(wanted);
      continue;
    }
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

async function becomeKeeper({ key, request }: LeaseRequest): Promise<void> {
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
