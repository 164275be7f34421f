import { existsSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { killGroup } from "../host/cgroups.ts";
import { watchWriters, writersGone } from "../host/fifo.ts";
import { isFrozen, setFrozen } from "../host/freezer.ts";
import { type MonitorProcess, spawnMonitor } from "../host/monitor.ts";
import { isOfContainer, sendSignal, startTimeOf } from "../host/processes.ts";
import type { PreparedNetwork } from "../networks/networks.ts";
import { commandOf } from "../runtime/process.ts";
import { monitorScript } from "../runtime/monitor.ts";
import { createTurns, type Turns } from "../store/turns.ts";
import { writeBundle } from "./bundle.ts";
import { type ContainerDocument, isRunning } from "./container.ts";
import { networkedContainer } from "./networked.ts";
import type { ContainerRooms } from "./rooms.ts";
import { savedNetwork, saveNetwork } from "./run-folder.ts";
import { releaseSharedMemory } from "./shared-memory.ts";
import { startFailure } from "./start-failure.ts";
import { spoolFolder } from "./streams/streams.ts";

const killed = 9;
/** So long an engine waits for a start that an earlier one began. */
const longestStartMs = 10_000;

/** What is there of a run that this engine has not started. */
export interface LeftOver {
  /** 0 when it is not known. */
  readonly pid: number;
  readonly hasEnded: boolean;
  readonly isRunning: boolean;
  readonly network: PreparedNetwork | undefined;
}

/** What runs: starts containers, notices when they end, and takes over those that an earlier engine started. */
export class Runs {
  readonly #rooms: ContainerRooms;
  readonly #turns: Turns = createTurns();
  readonly #starting = new Set<string>();
  readonly #ending = new Map<string, Promise<void>>();
  /** By container, the end of the watch over its monitor. */
  readonly #watches = new Map<string, () => void>();

  constructor(rooms: ContainerRooms) {
    this.#rooms = rooms;
  }

  /** Resolves when the container does not run any more. */
  async ended(id: string): Promise<void> {
    await this.#ending.get(id);
  }

  /** Does something when the container is neither about to run nor about to end, and nothing else that asks for that. */
  alone<Result>(id: string, action: () => Promise<Result>): Promise<Result> {
    return this.#turns(id, action);
  }

  /** Resolves when the container is neither about to run nor about to end. */
  settled(id: string): Promise<void> {
    return this.alone(id, async () => {});
  }

  /** Whether a container is about to run: it uses already what it does not show yet. */
  isStarting(id: string): boolean {
    return this.#starting.has(id);
  }

  /** Starts a container that does not run. Throws what keeps it from running; its state then tells it, too. */
  start(id: string): Promise<void> {
    return this.alone(id, async () => {
      this.#starting.add(id);
      try {
        await this.#start(this.#rooms.register.get(id));
      } finally {
        this.#starting.delete(id);
      }
    });
  }

  async #start(container: ContainerDocument): Promise<void> {
    const { networks, register, publish, news } = this.#rooms;
    const { id } = container;
    try {
      const wish = networkedContainer(container);
      const network = wish === undefined ? undefined : await networks.prepare(wish);
      await this.#launch(container, network);
    } catch (error) {
      await this.#undoStart(container, error);
      throw error;
    }
    try {
      await networks.activate(id);
    } catch (error) {
      // Nobody reaches it as it wishes: it ends as any other does.
      this.#kill(id);
      await register.changeState(id, { error: messageOf(error) });
      throw error;
    }
    const started = register.get(id);
    publish(started, "start");
    news.tell("start", started);
  }

  async #undoStart({ id, hostConfig }: ContainerDocument, error: unknown): Promise<void> {
    const { streams, register, news } = this.#rooms;
    this.#starting.delete(id);
    await streams.close(id);
    await this.#cleanUp(id);
    await register.changeState(id, { error: messageOf(error) });
    if (hostConfig.AutoRemove !== true) return;
    // Who waits for the end of a container that is to be removed waits for this.
    news.tell("exit", register.get(id));
  }

  /** What an earlier engine left of a container's run. */
  async leftOver(container: ContainerDocument): Promise<LeftOver> {
    const { signs, paths } = this.#rooms;
    const { id, state } = container;
    const { run } = paths.container(id);
    await this.#heard(id);
    const pid = Number(signs.read(`${id}.pid`) ?? 0);
    const hasSign = signs.read(`${id}.exit`) !== undefined;
    // An engine may end between telling of an end and taking its sign away.
    const isTold = !isRunning(container) && Date.parse(state.finishedAt) >= Math.floor(signs.leftAtMs(`${id}.exit`));
    const hasEnded = hasSign && !isTold;
    const network = state.network ?? (await savedNetwork(run));
    const goesOn = !hasSign && pid > 0 && isOfContainer(pid, id);
    return { pid, hasEnded, isRunning: goesOn, network };
  }

  /** Resolves when the monitor of a container, if there is one, has told how its start went. */
  async #heard(id: string): Promise<void> {
    const { signs, paths } = this.#rooms;
    const alive = join(paths.container(id).run, "alive");
    if (!existsSync(alive)) return;
    const late = new AbortController();
    const heard = (): void => late.abort();
    const stops = [...["pid", "exit"].map((sign) => signs.await(`${id}.${sign}`, heard)), watchWriters(alive, heard)];
    await delay(longestStartMs, undefined, { signal: late.signal }).catch(() => {});
    for (const stop of stops) stop();
  }

  /**
   * Takes a run over: one that goes on is watched, one that ended meanwhile gets its exit code, one that vanished with
   * the machine has ended, too.
   */
  async adopt(container: ContainerDocument): Promise<void> {
    const { paths, streams, register, news } = this.#rooms;
    const { id } = container;
    const { pid, hasEnded, isRunning: goesOn, network } = await this.leftOver(container);
    if (!goesOn && !hasEnded) {
      if (existsSync(spoolFolder(paths, id))) streams.adopt(container);
      await streams.close(id);
      if (isRunning(container)) await this.#settle(id, { exitCode: 255 });
      await this.#cleanUp(id);
      return;
    }
    streams.adopt(container);
    // An engine that ended while it held a container still for a moment let nobody know.
    const isHeld = goesOn && isFrozen(pid);
    const isPaused = isHeld && container.state.status === "paused";
    if (isHeld && !isPaused) await setFrozen(pid, false);
    const status = isPaused ? "paused" : "running";
    const startedAt = isRunning(container) ? container.state.startedAt : this.#rooms.now();
    const known = container.state.process?.pid === pid ? container.state.process.startTime : "";
    const first = { pid, startTime: startTimeOf(pid) ?? known };
    await register.changeState(id, {
      status,
      process: first,
      startedAt,
      ...(network === undefined ? {} : { network }),
    });
    this.#watch(id);
    if (goesOn) news.tell("start", register.get(id));
  }

  async #launch(container: ContainerDocument, network: PreparedNetwork | undefined): Promise<void> {
    const { paths, signs, streams, register } = this.#rooms;
    const { id } = container;
    const { run } = paths.container(id);
    const spec = await writeBundle(this.#rooms, container, network);
    if (network !== undefined) saveNetwork(run, network);
    await Promise.all([signs.remove(`${id}.pid`), signs.remove(`${id}.exit`)]);
    streams.begin(container);
    const monitor = this.#spawn(container, network);
    const pid = await this.#firstProcess(id, monitor);
    if (pid === undefined) throw await this.#failed(container);
    const saved = register.changeState(id, {
      status: "running",
      process: { pid, startTime: startTimeOf(pid) ?? "" },
      exitCode: 0,
      error: "",
      isOomKilled: false,
      startedAt: this.#rooms.now(),
      ...(network === undefined ? {} : { network }),
    });
    this.#watch(id);
    this.#rooms.seccomp.harvest(spec, id).catch(this.#rooms.onFault);
    // A start that was answered holds after a power cut, too. What could not be written, the register has told.
    await saved.catch(() => {});
  }

  #spawn({ id, config }: ContainerDocument, network: PreparedNetwork | undefined): MonitorProcess {
    const { paths, runtimes } = this.#rooms;
    const { run } = paths.container(id);
    const hasNetwork = (network?.namespaceBatch ?? "") !== "";
    const script = monitorScript({
      hasNetwork,
      hasInput: config.OpenStdin === true,
      hasTerminal: config.Tty === true,
      runtime: runtimes.usual.name,
      command: runtimes.usual.command,
    });
    const args = [run, id, runtimes.usual.root, paths.signs, spoolFolder(paths, id)];
    return spawnMonitor(script, args, { logPath: join(run, "monitor.log"), hasNetwork });
  }

  /** The pid of the container's first process; `undefined` when there will be none. */
  async #firstProcess(id: string, monitor: MonitorProcess): Promise<number | undefined> {
    const { signs } = this.#rooms;
    const { promise, resolve } = Promise.withResolvers<number | undefined>();
    const stopPid = signs.await(`${id}.pid`, (text) => resolve(Number(text)));
    const stopExit = signs.await(`${id}.exit`, () => resolve(Number(signs.read(`${id}.pid`) ?? 0) || undefined));
    // Short ones are over before their signs are noticed.
    void monitor.ended.then(() => resolve(Number(signs.read(`${id}.pid`) ?? 0) || undefined));
    const pid = await promise;
    stopPid();
    stopExit();
    return pid;
  }

  async #failed(container: ContainerDocument): Promise<Error> {
    const { paths, register } = this.#rooms;
    const { run } = paths.container(container.id);
    const said = await Promise.all(
      ["runtime.log", "monitor.log"].map((name) => readFile(join(run, name), "utf8").catch(() => "")),
    );
    const [command = ""] = commandOf(container.config);
    const { error, exitCode } = startFailure(said.join("").trim(), command);
    void register.changeState(container.id, { exitCode });
    return error;
  }

  #watch(id: string): void {
    const { promise, resolve } = Promise.withResolvers<string>();
    this.#rooms.signs.await(`${id}.exit`, resolve);
    this.#watchMonitor(id, resolve);
    const ending = promise
      .then((code) => this.alone(id, () => this.#finish(id, Number(code))))
      .catch(this.#rooms.onFault)
      .finally(() => {
        if (this.#ending.get(id) === ending) this.#ending.delete(id);
      });
    this.#ending.set(id, ending);
  }

  /** A monitor that ends without a sign was killed: nobody would ever tell how the container ends. It ends with it. */
  #watchMonitor(id: string, onEnd: (code: string) => void): void {
    const { signs, paths, onFault } = this.#rooms;
    const { run } = paths.container(id);
    const lost = async (): Promise<void> => {
      const code = signs.read(`${id}.exit`);
      if (code !== undefined) return onEnd(code);
      this.#kill(id);
      await writersGone(join(run, "spooling"));
      onEnd(String(128 + killed));
    };
    // Without the pipe the run is over.
    if (!existsSync(join(run, "alive"))) return;
    this.#watches.set(
      id,
      watchWriters(join(run, "alive"), () => void lost().catch(onFault)),
    );
  }

  #kill(id: string): void {
    const { register, paths } = this.#rooms;
    killGroup(paths.mark, id);
    const { process: first } = register.get(id).state;
    if (first !== undefined) sendSignal(first, killed);
  }

  async #finish(id: string, exitCode: number): Promise<void> {
    const { register, streams, publish, paths } = this.#rooms;
    this.#watches.get(id)?.();
    this.#watches.delete(id);
    killGroup(paths.mark, id);
    this.#rooms.oom.look();
    await streams.close(id);
    await this.#settle(id, { exitCode });
    await this.#cleanUp(id);
    const container = register.get(id);
    publish(container, "die", { exitCode: String(exitCode), execDuration: String(runSeconds(container)) });
    this.#rooms.news.tell("exit", container);
  }

  async #settle(id: string, { exitCode }: { readonly exitCode: number }): Promise<void> {
    const { register, now } = this.#rooms;
    const { process: _process, network: _network, ...state } = register.get(id).state;
    await register.change(id, { state: { ...state, status: "exited", exitCode, finishedAt: now() } });
  }

  async #releaseVolumes(id: string): Promise<void> {
    const { register, volumes } = this.#rooms;
    for (const { Type, Name } of register.get(id).mounts) {
      if (Type === "volume" && Name !== undefined) await volumes.release(Name);
    }
  }

  /** Gives back the network, and takes away what only a running container needs. */
  async #cleanUp(id: string): Promise<void> {
    const { paths, signs, networks, register } = this.#rooms;
    const { run } = paths.container(id);
    await networks.release(id);
    if (register.get(id).hostConfig.IpcMode === "shareable") await releaseSharedMemory(this.#rooms, id);
    await this.#releaseVolumes(id);
    await Promise.all([
      // Tried again: the result of a last probe may come into the folder meanwhile.
      rm(run, { recursive: true, force: true, maxRetries: 5 }),
      signs.remove(`${id}.pid`),
      signs.remove(`${id}.exit`),
    ]);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function runSeconds({ state }: ContainerDocument): number {
  return Math.max(0, Math.round((Date.parse(state.finishedAt) - Date.parse(state.startedAt)) / 1000));
}
