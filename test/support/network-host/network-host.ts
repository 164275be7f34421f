import { type ChildProcess, execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import type { EndpointSettings, PortBinding } from "../../../src/docker-api/container.ts";
import type { NetworkInfo } from "../../../src/docker-api/network.ts";
import type { NetworkedContainer, PreparedNetwork } from "../../../src/embedded/networks/networks.ts";
import { otherNamespace } from "../../../src/embedded/host/host-network.ts";
import type { DriverReply, DriverRequest } from "./protocol.ts";

const run = promisify(execFile);
const driver = join(import.meta.dirname, "driver.ts");

/** A refusal as a client of the engine would see it. */
export class Refusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** A container without an image: a process in a network namespace. */
export interface StandIn {
  readonly id: string;
  readonly container: NetworkedContainer;
  readonly prepared: PreparedNetwork;
  readonly pid: number;
  readonly process: ChildProcess;
}

/** What a test wishes of a container. */
export interface StandInWish {
  readonly name: string;
  readonly endpoints?: Readonly<Record<string, EndpointSettings>>;
  readonly bindings?: Readonly<Record<string, readonly PortBinding[]>>;
  readonly publishAll?: readonly string[];
  readonly servers?: readonly string[];
}

/** A machine of its own: a network namespace in which the engine's networks run, with stand-ins for containers. */
export class NetworkHost implements AsyncDisposable {
  /** Name of the namespace. */
  readonly namespace: string = `tst${randomBytes(4).toString("hex")}`;
  readonly #folder: string;
  readonly #standIns = new Set<StandIn>();
  readonly #servers = new Set<ChildProcess>();
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>();
  #engine: ChildProcess | undefined;
  #requests = 0;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Makes the namespace and starts the networks in it. */
  static async start(): Promise<NetworkHost> {
    const host = new NetworkHost(await mkdtemp(join(tmpdir(), "tscompose-networks-")));
    await run("ip", ["netns", "add", host.namespace]);
    await host.run("ip", "link", "set", "lo", "up");
    await host.startEngine();
    return host;
  }

  /** Starts the networks, with what survived them. */
  async startEngine(survivors: readonly StandIn[] = []): Promise<void> {
    const engine = spawn("ip", ["netns", "exec", this.namespace, process.execPath, driver, this.#folder, "tst"], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.#engine = engine;
    createInterface({ input: engine.stdout }).on("line", (line) => this.#settle(JSON.parse(line) as DriverReply));
    await this.#call(
      "recover",
      survivors.map(({ container, prepared, pid }) => ({ container, prepared, pid })),
    );
  }

  /** Ends the networks without a word. */
  async killEngine(): Promise<void> {
    const engine = this.#engine;
    this.#engine = undefined;
    engine?.kill("SIGKILL");
    if (engine?.exitCode === null && engine.signalCode === null) await once(engine, "exit");
  }

  /** A call of the engine's API. Throws a {@link Refusal}. */
  async request<Body = unknown>(method: string, path: string, body?: unknown): Promise<Body> {
    return (await this.#call("request", method, path, body)) as Body;
  }

  /** Makes a network and gives what inspect shows of it. */
  async createNetwork(name: string, body: Readonly<Record<string, unknown>> = {}): Promise<NetworkInfo> {
    await this.request("POST", "/networks/create", { Name: name, ...body });
    return this.request("GET", `/networks/${name}`);
  }

  /** Starts a stand-in for a container. */
  async startContainer(wish: StandInWish): Promise<StandIn> {
    const container = containerOf(wish);
    const prepared = (await this.#call("prepare", container)) as PreparedNetwork;
    const script = `exec 8</proc/self/ns/net; exec unshare --net sh -c '
      printf %s "$HOST_BATCH" | nsenter --net=/proc/self/fd/8 ip -batch - ${otherNamespace}</proc/self/ns/net &&
      printf %s "$NAMESPACE_BATCH" | ip -batch - ${otherNamespace}<&8 || exit 1
      for setting in $SYSCTLS; do
        path=/proc/sys/$(echo "\${setting%=*}" | tr . /); echo "\${setting#*=}" >"$path" || exit 1
      done
      echo ready; exec sleep infinity'`;
    const standIn = spawn("ip", ["netns", "exec", this.namespace, "sh", "-c", script], {
      stdio: ["ignore", "pipe", "inherit"],
      env: {
        ...process.env,
        HOST_BATCH: prepared.hostBatch,
        NAMESPACE_BATCH: prepared.namespaceBatch,
        SYSCTLS: Object.entries(prepared.sysctls)
          .map(([name, value]) => `${name}=${value}`)
          .join(" "),
      },
    });
    await firstLine(standIn, `stand-in ${wish.name}`);
    const started = { id: container.id, container, prepared, pid: standIn.pid ?? 0, process: standIn };
    this.#standIns.add(started);
    await this.#call("activate", container.id, started.pid);
    return started;
  }

  /** Ends a stand-in and gives back what it had. */
  async stopContainer(standIn: StandIn): Promise<void> {
    this.#standIns.delete(standIn);
    await ended(standIn.process);
    if (this.#engine !== undefined) await this.#call("release", standIn.id);
  }

  /** Events and announcements so far, and what `connect` and `disconnect` told of containers. */
  async seen(): Promise<{
    readonly events: readonly string[];
    readonly announced: readonly string[];
    readonly actual: Readonly<Record<string, Readonly<Record<string, EndpointSettings>>>>;
  }> {
    return (await this.#call("seen")) as Awaited<ReturnType<NetworkHost["seen"]>>;
  }

  /** Runs a command on this machine; gives what it wrote. */
  async run(...command: readonly string[]): Promise<string> {
    return (await run("ip", ["netns", "exec", this.namespace, ...command])).stdout;
  }

  /** Switches bridge-netfilter, where the kernel has it. */
  async filterBridges(value: "0" | "1"): Promise<void> {
    const setting = "/proc/sys/net/bridge/bridge-nf-call-iptables";
    await this.run("sh", "-c", `[ ! -e ${setting} ] || echo ${value} >${setting}`);
  }

  /** Runs a command in the network of a stand-in. */
  async runIn(standIn: StandIn, ...command: readonly string[]): Promise<string> {
    return (await run("nsenter", ["--net", "--target", String(standIn.pid), ...command])).stdout;
  }

  /** Runs a piece of JavaScript in the network of a stand-in, or on the machine; gives what it wrote. */
  async evaluate(script: string, standIn?: StandIn): Promise<string> {
    const command = [process.execPath, "-e", script];
    const output = await (standIn === undefined ? this.run(...command) : this.runIn(standIn, ...command));
    return output.trim();
  }

  /** Serves in the network of a stand-in, or on the machine; the script writes a line when it is ready. */
  async serve(script: string, standIn?: StandIn): Promise<AsyncDisposable> {
    const place =
      standIn === undefined
        ? (["ip", "netns", "exec", this.namespace] as const)
        : (["nsenter", "--net", "--target", String(standIn.pid)] as const);
    const [program, ...args] = [...place, process.execPath, "-e", script];
    const server = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
    this.#servers.add(server);
    await firstLine(server, "the server");
    return { [Symbol.asyncDispose]: () => ended(server) };
  }

  /** Closes the networks in good order. */
  async close(): Promise<void> {
    await this.#call("close");
    await this.killEngine();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const server of this.#servers) await ended(server);
    for (const standIn of this.#standIns) await ended(standIn.process);
    await this.killEngine();
    await run("ip", ["netns", "delete", this.namespace]);
    await rm(this.#folder, { recursive: true });
  }

  #call(verb: DriverRequest["verb"], ...args: readonly unknown[]): Promise<unknown> {
    const request: DriverRequest = { id: (this.#requests += 1), verb, args };
    const waiting = Promise.withResolvers<unknown>();
    this.#waiting.set(request.id, waiting);
    this.#engine?.stdin?.write(`${JSON.stringify(request)}\n`);
    return waiting.promise;
  }

  #settle({ id, value, error, status, stack }: DriverReply): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error === undefined) waiting?.resolve(value);
    else waiting?.reject(status === undefined ? new Error(stack ?? error) : new Refusal(status, error));
  }
}

/** A line says that it is ready. */
async function firstLine(child: ChildProcess, what: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  child.stdout?.once("data", () => resolve());
  child.once("exit", (code) => reject(new Error(`${what} ended with ${code}`)));
  await promise;
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGKILL");
  await once(child, "exit");
}

function containerOf({
  name,
  endpoints = { bridge: {} },
  bindings = {},
  publishAll,
  servers = [],
}: StandInWish): NetworkedContainer {
  const id = randomBytes(32).toString("hex");
  return {
    id,
    name,
    hostname: id.slice(0, 12),
    endpoints,
    ports: { bindings, exposed: publishAll ?? [], publishAll: publishAll !== undefined },
    dns: { servers, search: [], options: [] },
    extraHosts: [],
    links: [],
  };
}
