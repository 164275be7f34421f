import { randomBytes } from "node:crypto";
import { badRequest, conflict, notFound } from "../../api/http-error.ts";
import type { TerminalSize } from "../../host/terminal.ts";
import type { ContainerDocument } from "../container.ts";
import type { ContainerRooms } from "../rooms.ts";
import type { OutputClient } from "../streams/output-client.ts";
import { resizeExec, type RunningExec, startExec } from "./exec.ts";
import type { ExecWish } from "./exec-spec.ts";

/** A command that was announced for a container: it waits, runs or has ended. */
export interface Exec {
  readonly id: string;
  readonly containerId: string;
  readonly wish: ExecWish;
  state: "waiting" | "running" | "ended";
  pid: number;
  exitCode: number | undefined;
  /** Once it was started. */
  running?: Promise<RunningExec>;
  /** Of its terminal, asked for before it was started. */
  size?: TerminalSize;
}

/** So long the exit code of a command that ended can be asked for, as with dockerd. */
const keptMs = 5 * 60 * 1000;

/** The commands of all containers. */
export class Execs {
  readonly #rooms: ContainerRooms;
  readonly #byId = new Map<string, Exec>();

  constructor(rooms: ContainerRooms) {
    this.#rooms = rooms;
    for (const news of ["exit", "removal"] as const) rooms.news.on(news, ({ id }) => this.#forgetAll(id));
  }

  /** Announces a command. Throws 400 for none, 409 when the container does not run. */
  create(container: ContainerDocument, wish: ExecWish): Exec {
    mustRun(container);
    if (!Array.isArray(wish.Cmd) || wish.Cmd.length === 0) throw badRequest("No exec command specified");
    const id = randomBytes(32).toString("hex");
    const exec: Exec = { id, containerId: container.id, wish, state: "waiting", pid: 0, exitCode: undefined };
    this.#byId.set(id, exec);
    this.#publish(exec, `exec_create: ${wish.Cmd.join(" ")}`);
    return exec;
  }

  /** Throws 404 when there is none. */
  get(id: string): Exec {
    const exec = this.#byId.get(id);
    if (exec === undefined) throw notFound(`No such exec instance: ${id}`);
    return exec;
  }

  /** Ids of a container's commands. */
  idsOf(containerId: string): readonly string[] {
    return [...this.#byId.values()].filter((exec) => exec.containerId === containerId).map(({ id }) => id);
  }

  /** Throws 409 when it was started before, or its container does not run any more. */
  mayStart(exec: Exec): void {
    if (exec.state === "running") throw conflict(`Error: Exec command ${exec.id} is already running`);
    if (exec.state === "ended") throw conflict(`Error: Exec command ${exec.id} has already run`);
    mustRun(this.#rooms.register.get(exec.containerId));
  }

  /** Starts it. Its clients get all its output and are ended after it. */
  async start(exec: Exec, clients: ReadonlySet<OutputClient>): Promise<RunningExec> {
    this.mayStart(exec);
    exec.state = "running";
    const container = this.#rooms.register.get(exec.containerId);
    this.#publish(exec, `exec_start: ${exec.wish.Cmd.join(" ")}`);
    try {
      exec.running = startExec(this.#rooms, { id: exec.id, container, wish: exec.wish, clients });
      const running = await exec.running;
      if (exec.size !== undefined) resizeExec(running, exec.size).catch(this.#rooms.onFault);
      void running.pid.then((pid) => (exec.pid = pid ?? 0));
      void running.exitCode
        .then((code) => {
          // Who sees the end of the output asks for the exit code next.
          this.#ended(exec, code);
          for (const client of clients) client.end();
        })
        .catch(this.#rooms.onFault);
      return running;
    } catch (error) {
      this.#ended(exec, 126);
      throw error;
    }
  }

  /** Sets the size of its terminal, as soon as it has one. */
  async resize(exec: Exec, size: TerminalSize): Promise<void> {
    if (exec.state === "waiting") exec.size = size;
    const running = await exec.running?.catch(() => undefined);
    if (running !== undefined) await resizeExec(running, size);
  }

  #ended(exec: Exec, exitCode: number): void {
    exec.state = "ended";
    exec.pid = 0;
    exec.exitCode = exitCode;
    delete exec.running;
    this.#publish(exec, "exec_die", { exitCode: String(exitCode) });
    setTimeout(() => this.#byId.delete(exec.id), keptMs).unref();
  }

  #publish(exec: Exec, action: string, attributes: Readonly<Record<string, string>> = {}): void {
    const container = this.#rooms.register.find(exec.containerId);
    if (container !== undefined) this.#rooms.publish(container, action, { execID: exec.id, ...attributes });
  }

  #forgetAll(containerId: string): void {
    for (const [id, exec] of this.#byId) {
      if (exec.containerId === containerId && exec.state !== "running") this.#byId.delete(id);
    }
  }
}

function mustRun({ id, state }: ContainerDocument): void {
  if (state.status === "paused") throw conflict(`Container ${id} is paused, unpause the container before exec`);
  if (state.status === "restarting") {
    throw conflict(`Container ${id} is restarting, wait until the container is running`);
  }
  if (state.status !== "running") throw conflict(`container ${id} is not running`);
}
