import type * as Http from "node:http";
import { createRequire } from "node:module";
import { addAbortSignal, type Duplex, Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Door } from "./door.ts";
import { errnoOf, Refusal } from "./refusal.ts";

// Imported by an ES module, node:http tells the values of all its names, and loads fetch for that: 50 ms of a processor.
const { Agent, request }: typeof Http = createRequire(import.meta.url)("node:http");

/** One call of the Engine API. */
export interface ApiRequest {
  readonly method: string;
  /** Without the version: `/containers/json`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, unknown>>;
  /** Sent as it is when bytes or a stream, else as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly signal?: AbortSignal;
  /** What is spoken once the connection is handed over; absent: bytes as they come. */
  readonly protocol?: "h2c";
  /** Its answer may take as long as it likes: such a call gets a connection of its own. */
  readonly isOpenEnded?: boolean;
}

/** Calls that end on their own share this many connections; streams and waits are not counted. */
const sharedConnections = 48;

/**
 * HTTP to one engine. It stands in for docker-modem, which reads `process.env`, prints the whole agent into a debug
 * string on every call, parses logs as JSON and speaks ssh only by a native module.
 */
export class Transport {
  /** `"1.41"` once agreed upon; until then calls carry no version. */
  apiVersion: string | undefined = undefined;
  readonly #host: string;
  readonly #shared: Http.Agent;
  readonly #own: Http.Agent;

  constructor({ host, connect }: Door) {
    this.#host = host;
    this.#shared = agentOver(connect, { keepAlive: true, maxSockets: sharedConnections });
    this.#own = agentOver(connect, {});
  }

  /** Sends, and resolves with the head of a successful answer; its body is still to be read. */
  async open(call: ApiRequest): Promise<Http.IncomingMessage> {
    const answer = await this.#send(call);
    // The request's own signal would end a half-read answer as if the engine had hung up.
    if (call.signal !== undefined) addAbortSignal(call.signal, answer);
    if (isSuccess(answer)) return answer;
    throw await refusalFrom(answer);
  }

  /** Sends, and resolves with the whole answer: JSON parsed, anything else as text. */
  async ask(call: ApiRequest): Promise<unknown> {
    const answer = await this.open(call);
    const text = await textOf(answer);
    return answer.headers["content-type"]?.startsWith("application/json") && text !== "" ? JSON.parse(text) : text;
  }

  /** Sends, and resolves with the raw connection that the engine hands over. */
  async upgrade(call: ApiRequest): Promise<Duplex> {
    return new Promise<Duplex>((resolve, reject) => {
      const sent = this.#request(call, { Connection: "Upgrade", Upgrade: call.protocol ?? "tcp" });
      sent.on("upgrade", (_answer, socket, head) => resolve(handedOver(socket, head, call.signal)));
      sent.on("response", (answer) => void refusalFrom(answer).then(reject, reject));
      sent.on("error", reject);
      sendBody(sent, call.body, reject);
    });
  }

  /** Asks whether anybody is there; the head of the answer tells the API version. */
  async ping(signal: AbortSignal): Promise<Http.IncomingMessage> {
    const answer = await this.open({ method: "GET", path: "/_ping", signal });
    answer.resume();
    return answer;
  }

  close(): void {
    this.#shared.destroy();
    this.#own.destroy();
  }

  /** Tries again when an idle connection was closed at the very moment it was taken up again. */
  async #send(call: ApiRequest): Promise<Http.IncomingMessage> {
    const sent = this.#request(call, {});
    try {
      return await new Promise<Http.IncomingMessage>((resolve, reject) => {
        sent.on("response", resolve).on("error", reject);
        sendBody(sent, call.body, reject);
      });
    } catch (cause) {
      const isStale = sent.reusedSocket && hungUp.has(errnoOf(cause)) && !(call.body instanceof Readable);
      if (!isStale) throw cause;
      return this.#send(call);
    }
  }

  #request({ method, path, query, body, headers, signal, isOpenEnded }: ApiRequest, more: object): Http.ClientRequest {
    const version = this.apiVersion === undefined ? "" : `/v${this.apiVersion}`;
    return request({
      method,
      path: `${version}${path}${queryText(query)}`,
      agent: isOpenEnded === true ? this.#own : this.#shared,
      headers: { Host: this.#host, ...aboutBody(body), ...headers, ...more },
      ...(signal === undefined ? {} : { signal }),
    });
  }
}

/** What becomes of a call whose connection the engine has closed: seen when reading, or when writing. */
const hungUp: ReadonlySet<string | undefined> = new Set(["ECONNRESET", "EPIPE"]);

/** Doors know the name for TLS. Left open, Node asks whether "localhost" is an IPv6 address: a pattern of 5 ms. */
const withoutServerName = { servername: "" };

function agentOver(connect: () => Duplex, options: { keepAlive?: boolean; maxSockets?: number }): Http.Agent {
  const agent = new Agent({ ...options, ...withoutServerName });
  agent.createConnection = connect;
  return agent;
}

/**
 * Go's server reads what its handler has left of a body before it answers, but not for who is to hang up (net/http,
 * server.go): who still sends then, the end of an archive or what fills it up, finds a broken pipe and never the answer.
 */
function aboutBody(body: unknown): Record<string, string> {
  if (body === undefined) return {};
  if (!(body instanceof Uint8Array || body instanceof Readable)) return { "Content-Type": "application/json" };
  return { "Content-Type": "application/x-tar", Connection: "keep-alive" };
}

function sendBody(sent: Http.ClientRequest, body: unknown, reject: (error: unknown) => void): void {
  if (body instanceof Readable) {
    // An engine may answer, and hang up, before it has read everything: then its answer counts, not the broken pipe.
    pipeline(body, sent).catch((error: unknown) => body.errored && reject(error));
    return;
  }
  if (body === undefined) sent.end();
  else sent.end(body instanceof Uint8Array ? body : JSON.stringify(body));
}

/** The connection after `101`: its own master now, no longer the agent's. */
function handedOver(socket: Duplex, head: Buffer, signal: AbortSignal | undefined): Duplex {
  // Whoever reads is told; without a listener, an error before that would end the process.
  socket.on("error", () => {});
  if (head.length > 0) socket.unshift(head);
  return signal === undefined ? socket : addAbortSignal(signal, socket);
}

/** Start and stop answer 304 when it is already so. */
function isSuccess({ statusCode = 0 }: Http.IncomingMessage): boolean {
  return (statusCode >= 200 && statusCode < 300) || statusCode === 304;
}

async function refusalFrom(answer: Http.IncomingMessage): Promise<Refusal> {
  const status = answer.statusCode ?? 0;
  if (isSuccess(answer)) {
    answer.destroy();
    return new Refusal(501, `the engine did not hand over the connection, it answered ${status}`);
  }
  const text = await textOf(answer);
  return new Refusal(status, messageIn(text) ?? (text.trim() || `the engine answered ${status}`));
}

function messageIn(text: string): string | undefined {
  if (!text.startsWith("{")) return undefined;
  const { message, cause }: { message?: unknown; cause?: unknown } = JSON.parse(text);
  return typeof message === "string" ? message : typeof cause === "string" ? cause : undefined;
}

async function textOf(answer: Http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

function queryText(query: Readonly<Record<string, unknown>> = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const each of Array.isArray(value) ? value : [value]) {
      if (each !== undefined) parameters.append(name, typeof each === "object" ? JSON.stringify(each) : String(each));
    }
  }
  const text = parameters.toString();
  return text === "" ? "" : `?${text}`;
}
