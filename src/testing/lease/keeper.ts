import { randomBytes } from "node:crypto";
import { unlink } from "node:fs/promises";
import { connect, createServer, type Server, type Socket } from "node:net";
import type { ProgressEvent } from "../../events.ts";
import { StackHistory } from "../dossier/history.ts";
import { takeDownForGood } from "../guard/take-down.ts";
import { StackStartError, startFailure } from "../start-error.ts";
import {
  endStack,
  openStackContext,
  readStack,
  type StackRequest,
  type StackState,
  type StartOptions,
  startStack,
} from "../start.ts";
import { withLock } from "./lock.ts";
import { type Answer, heard, say, type Wish } from "./messages.ts";
import { type LeaseFolder, socketOf } from "./places.ts";

type Lease = Extract<Wish, { kind: "lease" }>;

/** How long nobody may come before the keeper goes again. */
const patienceMs = 20_000;

/**
 * Keeps one stack for all who lease it: starts it for the first, and takes it down after the last, who may also have died.
 *
 *     listening --first lease--> starting --healthy--> ready
 *         |                         |  `--did not---> failed     |
 *         |                         |                   |        |
 *         `------nobody is left-----+-------------------+--------'--> closed --nothing is left--> the end
 *
 * It is closed to newcomers before anything is taken down: whoever comes then finds no keeper, and gets one of their own,
 * with a stack of another name.
 */
export class Keeper {
  readonly #folder: LeaseFolder;
  readonly #key: string;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #leases = new Set<Socket>();
  readonly #ended = Promise.withResolvers<void>();
  readonly #givenUp = new AbortController();
  #request: StackRequest | undefined;
  #starting: Promise<void> | undefined;
  #outcome: Answer | undefined;
  #name: string | undefined;
  #isClosing = false;

  constructor(folder: LeaseFolder, key: string) {
    this.#folder = folder;
    this.#key = key;
    this.#server = createServer((socket) => void this.#serve(socket));
  }

  /** Takes the place of the keeper, unless there is one; answers whether it could. */
  async open(): Promise<boolean> {
    const path = socketOf(this.#folder, this.#key);
    return withLock(this.#folder.lock, async () => {
      if (await isAnswered(path)) return false;
      await unlink(path).catch(() => {}); // there was none
      await listen(this.#server, path);
      const lonely = setTimeout(() => void this.#leaveIfAlone(), patienceMs);
      lonely.unref();
      return true;
    });
  }

  /** Resolves when there is nothing more to keep. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  async #serve(socket: Socket): Promise<void> {
    this.#sockets.add(socket);
    socket.on("error", () => {}); // its end is told by the end of what is heard
    try {
      for await (const wish of heard<Wish>(socket)) {
        if (wish.kind === "lease") this.#lease(socket, wish);
        else await this.#release(socket);
      }
    } finally {
      this.#sockets.delete(socket);
      const hadLease = this.#leases.delete(socket);
      if (hadLease) await this.#leaveIfAlone();
    }
  }

  #lease(socket: Socket, wish: Lease): void {
    if (this.#isClosing) {
      socket.destroy();
      return;
    }
    this.#leases.add(socket);
    this.#starting ??= this.#start(wish);
    if (this.#outcome !== undefined) say(socket, this.#outcome);
  }

  async #release(socket: Socket): Promise<void> {
    this.#leases.delete(socket);
    await this.#leaveIfAlone(socket);
    socket.end();
  }

  async #start({ key, request, adopt }: Lease): Promise<void> {
    this.#request = request;
    if (adopt !== undefined) {
      this.#name = adopt.project.name;
      return this.#tell({ kind: "ready", state: adopt });
    }
    try {
      const history = new StackHistory(undefined);
      const emit = (event: ProgressEvent): void => {
        history.hear(event);
        this.#broadcast({ kind: "event", event });
      };
      await using context = await openStackContext(request, { emit, signal: this.#givenUp.signal });
      this.#tell({ kind: "ready", state: await this.#bringUp(key, request, { context, history }) });
    } catch (error) {
      const failure = error instanceof StackStartError ? error.toFailure() : startFailure(error, []);
      this.#tell(failure === undefined ? broken(error) : { kind: "failed", failure });
    }
  }

  async #bringUp(key: string, request: StackRequest, options: StartOptions): Promise<StackState> {
    const copy = request.isKept ? `kept-${key.slice(0, 8)}` : `t${randomBytes(4).toString("hex")}`;
    const read = await readStack(request, copy, options.context);
    this.#name = read.project.name;
    return await startStack(read, request, options);
  }

  #tell(outcome: Answer): void {
    this.#outcome = outcome;
    this.#broadcast(outcome);
  }

  #broadcast(answer: Answer): void {
    for (const socket of this.#leases) say(socket, answer);
  }

  /** The last one who leaves hears what goes wrong then. */
  async #leaveIfAlone(last?: Socket): Promise<void> {
    if (!(await this.#close())) return;
    this.#givenUp.abort();
    await this.#starting;
    try {
      await this.#takeDown({ isSudden: last === undefined });
    } catch (error) {
      if (last !== undefined) say(last, broken(error));
    }
    this.#ended.resolve();
  }

  /** From here on whoever comes finds no keeper; answers false while somebody needs this one. */
  async #close(): Promise<boolean> {
    const isNeeded = (): boolean => this.#leases.size > 0 || this.#isClosing;
    if (isNeeded()) return false;
    return withLock(this.#folder.lock, async () => {
      if (isNeeded()) return false;
      this.#isClosing = true;
      this.#server.close(); // and with it the file of the socket goes
      return true;
    });
  }

  /** Of who died nobody knows what the engine was asked for last. */
  async #takeDown({ isSudden }: { readonly isSudden: boolean }): Promise<void> {
    const request = this.#request;
    if (request === undefined || this.#name === undefined || request.isKept) return;
    if (isSudden) return await takeDownForGood({ name: this.#name, request });
    await using context = await openStackContext(request, {});
    await endStack(this.#name, request, context);
  }
}

function broken(error: unknown): Answer {
  return { kind: "broken", message: Error.isError(error) ? (error.stack ?? error.message) : String(error) };
}

/** Whether somebody listens at a socket; the file alone does not say so. */
function isAnswered(path: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect(path);
  socket.once("connect", () => resolve(true));
  socket.once("error", () => resolve(false));
  return promise.finally(() => socket.destroy());
}

async function listen(server: Server, path: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen(path, resolve);
  await promise;
}
