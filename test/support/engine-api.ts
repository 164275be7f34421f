import { request } from "node:http";
import type { ClientRequest, IncomingMessage } from "node:http";
import { createInterface } from "node:readline";
import type { Interface } from "node:readline";
import type { EngineEventBody } from "../../src/docker-api/event.ts";
import type { Filters } from "../../src/docker-api/filters.ts";

/** Where tests find an engine: `DOCKER_HOST`, else the socket that `npm run setup` sees to. */
export const engineAddress: string = process.env["DOCKER_HOST"] ?? "unix:///var/run/docker.sock";

/** The part of a container summary that tests look at. */
export interface ContainerRow {
  readonly Id: string;
  readonly Names: readonly string[];
  readonly Image: string;
  readonly ImageID: string;
  readonly State: string;
  readonly Status: string;
  readonly Labels: Readonly<Record<string, string>>;
}

/** A network or volume, as far as tests look at it. */
export interface NamedRow {
  readonly Id?: string;
  readonly Name: string;
  readonly Labels: Readonly<Record<string, string>> | null;
}

/** An image, as far as tests look at it. */
export interface ImageRow {
  readonly Id: string;
  readonly RepoTags: readonly string[] | null;
  readonly Labels: Readonly<Record<string, string>> | null;
}

/** The engine seen with the tests' own eyes: plain HTTP, nothing of the code under test. */
export class EngineApi {
  readonly address: string;

  constructor(address: string = engineAddress) {
    this.address = address;
  }

  async containers(filters: Filters = {}): Promise<readonly ContainerRow[]> {
    return (await this.get(`/containers/json?all=1&filters=${encode(filters)}`)) as ContainerRow[];
  }

  async networks(filters: Filters = {}): Promise<readonly NamedRow[]> {
    return (await this.get(`/networks?filters=${encode(filters)}`)) as NamedRow[];
  }

  async volumes(filters: Filters = {}): Promise<readonly NamedRow[]> {
    const { Volumes } = (await this.get(`/volumes?filters=${encode(filters)}`)) as { Volumes: NamedRow[] | null };
    return Volumes ?? [];
  }

  async images(filters: Filters = {}): Promise<readonly ImageRow[]> {
    return (await this.get(`/images/json?filters=${encode(filters)}`)) as ImageRow[];
  }

  async logs(container: string): Promise<string> {
    const output = await this.#answer("GET", `/containers/${container}/logs?stdout=1&stderr=1&tail=200`);
    return demultiplex(output).toString();
  }

  async get(path: string): Promise<unknown> {
    return JSON.parse((await this.#answer("GET", path)).toString());
  }

  /** The body as it comes: an archive. */
  download(path: string): Promise<Buffer> {
    return this.#answer("GET", path);
  }

  async post(path: string, body: unknown): Promise<unknown> {
    return JSON.parse((await this.postForBytes(path, body)).toString());
  }

  postForBytes(path: string, body: unknown): Promise<Buffer> {
    return this.#answer("POST", path, body);
  }

  /** Sends bytes as they are: an archive. */
  async upload(path: string, bytes: Uint8Array): Promise<void> {
    await this.#answer("POST", path, bytes);
  }

  async send(method: "POST" | "PUT" | "DELETE", path: string, body?: unknown): Promise<void> {
    await this.#answer(method, path, body);
  }

  /**
   * Subscribes to everything that happens from now on. Engines send the head of the answer a moment before they subscribe:
   * told to begin at their own present, they make up for that moment.
   */
  async events(): Promise<Changes> {
    const { SystemTime } = (await this.get("/info")) as { readonly SystemTime: string };
    const { call, response } = await this.#open("GET", `/events?since=${(Date.parse(SystemTime) / 1000).toFixed(3)}`);
    return new Changes(call, response);
  }

  async #answer(method: string, path: string, body?: unknown): Promise<Buffer> {
    const { response } = await this.#open(method, path, body);
    const answer = Buffer.concat(await response.toArray());
    if ((response.statusCode ?? 500) < 400) return answer;
    throw new Error(`${method} ${path}: ${response.statusCode} ${answer.toString().trim()}`);
  }

  #open(method: string, path: string, body?: unknown): Promise<{ call: ClientRequest; response: IncomingMessage }> {
    const isBytes = body instanceof Uint8Array;
    return new Promise((resolve, reject) => {
      const call = request({
        ...destination(this.address),
        method,
        path,
        agent: false,
        ...(body !== undefined && { headers: { "Content-Type": isBytes ? "application/x-tar" : "application/json" } }),
      });
      call.once("error", reject).once("response", (response) => resolve({ call, response }));
      call.end(body === undefined || isBytes ? body : JSON.stringify(body));
    });
  }
}

/** What happened at an engine since the subscription; ends with `await using`. */
export class Changes implements AsyncDisposable {
  readonly seen: EngineEventBody[] = [];
  #unread = 0;
  #wake: () => void = () => {};
  readonly #call: ClientRequest;
  readonly #lines: Interface;

  constructor(call: ClientRequest, response: IncomingMessage) {
    this.#call = call;
    this.#lines = createInterface({ input: response }).on("line", (line) => {
      this.seen.push(JSON.parse(line) as EngineEventBody);
      this.#unread += 1;
      this.#wake();
    });
  }

  /** Resolves when something has happened since the last call; false when `signal` came first. */
  async next(signal: AbortSignal): Promise<boolean> {
    if (this.#unread === 0 && !signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        signal.addEventListener("abort", () => resolve(), { once: true });
      });
    }
    const happened = this.#unread > 0;
    this.#unread = 0;
    return happened;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#lines.close();
    this.#lines.on("error", () => {}); // says that the answer was cut short, by the next line
    this.#call.destroy();
  }
}

/** Where an address leads, in the words of node:http. */
export function destination(address: string): { socketPath: string } | { host: string; port: string } {
  const url = new URL(address);
  if (url.protocol === "unix:") return { socketPath: url.pathname };
  return { host: url.hostname, port: url.port };
}

function encode(filters: Filters): string {
  return encodeURIComponent(JSON.stringify(filters));
}

/** Strips the 8-byte headers between pieces of stdout and stderr; output of a TTY has none. */
export function demultiplex(output: Buffer): Buffer {
  const pieces: Buffer[] = [];
  for (let at = 0; at + 8 <= output.length; at += 8 + output.readUInt32BE(at + 4)) {
    if ((output[at] ?? 3) > 2) return output;
    pieces.push(output.subarray(at + 8, at + 8 + output.readUInt32BE(at + 4)));
  }
  return Buffer.concat(pieces);
}
