import { hostOfPort } from "../actions/env.ts";
import type { LogsOptions } from "../actions/logs.ts";
import type { ListedContainer } from "../actions/ps.ts";
import { TscomposeError, UsageError } from "../errors.ts";
import type { LogLine } from "../events.ts";
import { kill, pause, restart, stop, unpause } from "../library/change.ts";
import { type CommandResult, exec, type ExecRequest, run, type RunRequest } from "../library/command.ts";
import { copyFrom, type CopyRequest, copyTo } from "../library/copy.ts";
import { logs } from "../library/follow.ts";
import { checkCommand } from "./check-wishes.ts";
import { connectionUrl, mainPort, type Place, type UrlSource } from "./connection-url.ts";
import { bringBack } from "./only-these.ts";
import { Fault } from "./faults/fault.ts";
import type { Running } from "./running.ts";
import type { ServiceShape } from "./shape.ts";

/** What to run, beside the service itself. */
export type ServiceCommand<Request> = Omit<Request, "service" | "command">;

/** How long something may take. */
export interface Patience {
  /** Absent: two minutes. */
  readonly timeoutMs?: number;
}

/** A service of a stack that runs. What is done to it is done to all of its containers; looks are at the first. */
export class TestService<Shape extends ServiceShape = ServiceShape> {
  readonly name: string;
  readonly #running: Running;

  constructor(name: string, running: Running) {
    this.name = name;
    this.#running = running;
  }

  /** Where its ports are reached from here. */
  get host(): string {
    const [port] = this.#container().ports;
    if (port === undefined) throw this.#notPublished();
    return hostOfPort(port, this.#running.context.engine);
  }

  /** The port on `host` that leads to a port of the container: `5432`, or `"53/udp"`. Throws for one that is not published. */
  port(target: Shape["ports"]): number {
    return this.#place(target).port;
  }

  /**
   * The URL to connect with, with user, password and database as the service was made: PostgreSQL, MySQL, Redis, MongoDB and
   * RabbitMQ by image or port, else HTTP. Without a port: that of the protocol, else the lowest.
   */
  url(target?: Shape["ports"]): string {
    const source = this.#urlSource();
    const ports = this.#container().ports.filter(({ protocol }) => protocol === "tcp");
    const wanted =
      target ??
      mainPort(
        source,
        ports.map((port) => port.target),
      );
    if (wanted === undefined) throw this.#notPublished();
    return connectionUrl(source, Number.parseInt(String(wanted), 10), this.#place(wanted));
  }

  /** What it has written, line by line; with `follow` also what it writes from now on, until a `break`. */
  logs(options: Omit<LogsOptions, "services"> & { readonly signal?: AbortSignal } = {}): AsyncGenerator<LogLine> {
    const { signal = this.#running.context.signal, ...which } = options;
    const { project, context } = this.#running;
    return logs(project, { ...which, services: [this.name] }, { ...context, signal });
  }

  /** Resolves with the first line that fits, of those that were written and those to come. */
  async waitForLog(pattern: RegExp | string, { timeoutMs = usualPatienceMs }: Patience = {}): Promise<LogLine> {
    const { context } = this.#running;
    const signal = AbortSignal.any([context.signal, AbortSignal.timeout(timeoutMs)]);
    const fits = (line: string): boolean =>
      typeof pattern === "string" ? line.includes(pattern) : line.search(pattern) !== -1;
    for await (const line of this.logs({ follow: true, signal })) if (fits(line.line)) return line;
    throw new TscomposeError({ code: "timeout", message: `${this.name}: no line of its logs fits ${String(pattern)}` });
  }

  /** Runs a command in it. An exit code other than 0 is an answer, not an error. */
  async exec(command: readonly string[], options: ServiceCommand<ExecRequest> = {}): Promise<CommandResult> {
    checkCommand(command);
    const { project, context } = this.#running;
    return exec(project, { ...options, service: this.name, command }, context);
  }

  /** Runs a command in a container of its own, made as the service says, which is gone afterwards. */
  run(command: readonly string[], options: ServiceCommand<RunRequest> = {}): Promise<CommandResult> {
    const { project, context, variables } = this.#running;
    return run(project, { variables, ...options, service: this.name, command }, context);
  }

  /** Stops and starts it, and waits until it is healthy again. Its published ports may be others then. */
  async restart({ timeoutMs = usualPatienceMs }: Patience = {}): Promise<void> {
    const { project, context, stopGraceMs: graceMs } = this.#running;
    await restart(project, { services: [this.name], graceMs }, context);
    await this.start({ timeoutMs });
  }

  /** Starts it where it does not run, and waits until it is healthy; what it depends on is left as it is. */
  async start({ timeoutMs = usualPatienceMs }: Patience = {}): Promise<void> {
    await bringBack(this.#running, [this.name], timeoutMs);
  }

  /** Stops it; its data stays. `graceMs`: how long that may take before it is killed. */
  async stop({ graceMs = this.#running.stopGraceMs }: { readonly graceMs?: number } = {}): Promise<void> {
    await stop(this.#running.project, { services: [this.name], graceMs }, this.#running.context);
    await this.#running.refresh();
  }

  /**
   * Sends a signal. `SIGKILL`, which is usual, has worked when this resolves; what others do is up to the service. What it gives
   * starts the service again when it is healed or goes out of scope, for who wants that.
   */
  async kill(signal = "SIGKILL"): Promise<Fault> {
    const { project, context, containers } = this.#running;
    await kill(project, { services: [this.name], signal }, context);
    if (/^(SIG)?KILL$|^9$/.test(signal)) {
      const killed = containers.filter(({ service }) => service === this.name);
      await Promise.all(killed.map(({ id }) => context.engine.waitContainer(id, { signal: context.signal })));
    }
    await this.#running.refresh();
    return new Fault(() => (this.#running.hasEnded ? Promise.resolve() : this.start()));
  }

  /** Freezes it: connections stay open and nothing answers. */
  async pause(): Promise<void> {
    await pause(this.#running.project, { services: [this.name] }, this.#running.context);
  }

  /** Lets it go on after `pause`. */
  async unpause(): Promise<void> {
    await unpause(this.#running.project, { services: [this.name] }, this.#running.context);
  }

  /** Copies a file or folder of this machine into it. */
  async copyTo(local: string, path: string, options: Partial<CopyRequest> = {}): Promise<void> {
    const { project, context } = this.#running;
    await copyTo(project, { ...options, service: this.name, local, path }, context);
  }

  /** Copies a file or folder out of it. */
  async copyFrom(path: string, local: string, options: Partial<CopyRequest> = {}): Promise<void> {
    const { project, context } = this.#running;
    await copyFrom(project, { ...options, service: this.name, local, path }, context);
  }

  #place(target: number | string): Place {
    const [number = "", protocol = "tcp"] = String(target).split("/");
    const ports = this.#container().ports.filter((port) => port.protocol === protocol);
    const found = ports.find((port) => port.target === Number(number));
    if (found === undefined) throw this.#notPublished(`${number}/${protocol}`);
    return { host: hostOfPort(found, this.#running.context.engine), port: found.published };
  }

  #container(): ListedContainer {
    const container = this.#running.containers.find(({ service }) => service === this.name);
    if (container !== undefined) return container;
    throw new UsageError(`service "${this.name}" does not run`, `start it: await stack.${this.name}.start()`);
  }

  #urlSource(): UrlSource {
    const { project, serviceVariables } = this.#running;
    const { image = "", command = [] } = project.services[this.name] ?? {};
    return { image, command, variables: serviceVariables[this.name] ?? {} };
  }

  #notPublished(wanted?: string): UsageError {
    const known = this.#container().ports.map(({ target, protocol }) => `${target}/${protocol}`);
    const hint = known.length === 0 ? "it publishes none" : `it publishes ${[...new Set(known)].join(", ")}`;
    const what = wanted === undefined ? "no port" : `no port ${wanted}`;
    return new UsageError(`service "${this.name}" publishes ${what}`, `${hint}; name it under ports: or expose:`);
  }
}

/** How long something may take that nobody has set a time for. */
export const usualPatienceMs = 120_000;
