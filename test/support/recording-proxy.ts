import { createServer, request } from "node:http";
import type { IncomingMessage, RequestOptions, Server, ServerResponse } from "node:http";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { buffer } from "node:stream/consumers";
import { destination, engineAddress } from "./engine-api.ts";

/**
 * What to do with a call that has arrived: let it through, lose it as if the caller had died before, or let it through
 * after the very same call, as when a caller that has died since asked for that at the last moment.
 */
export type Fate = "forward" | "drop" | "repeat";
export type OnCall = (index: number, call: string) => Fate;

/** Stands between a tool and its engine, and remembers what was asked: `POST /containers/create?name=web-1`. */
export class RecordingProxy implements AsyncDisposable {
  readonly calls: string[] = [];
  readonly address: string;
  readonly #folder: string;
  readonly #server: Server;
  readonly #onCall: OnCall;

  private constructor(folder: string, onCall: OnCall) {
    this.#folder = folder;
    this.#onCall = onCall;
    this.address = `unix://${folder}/docker.sock`;
    this.#server = createServer((incoming, outgoing) => this.#forward(incoming, outgoing));
    this.#server.on("upgrade", (incoming, socket, head) => void this.#join(incoming, socket, head));
  }

  static async open(onCall: OnCall = () => "forward"): Promise<RecordingProxy> {
    const folder = await mkdtemp(join(tmpdir(), "recording-proxy-"));
    const proxy = new RecordingProxy(folder, onCall);
    proxy.#server.listen(join(folder, "docker.sock"));
    await once(proxy.#server, "listening");
    return proxy;
  }

  /** The calls that change something; waiting for a container and logging in to a registry do not. */
  get writes(): readonly string[] {
    return this.calls.filter((call) => !/^(GET|HEAD) |^POST \S+\/wait\b|^POST \/(auth|session|grpc)\b/.test(call));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await rm(this.#folder, { recursive: true, force: true });
  }

  #record({ method, url }: IncomingMessage): Fate {
    const call = `${method} ${url?.replace(/^\/v1\.\d+/, "")}`;
    return this.#onCall(this.calls.push(call) - 1, call);
  }

  #forward(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const fate = this.#record(incoming);
    if (fate === "drop") return void incoming.socket.destroy();
    if (fate === "repeat") return void this.#repeat(incoming, outgoing);
    const onward = request({ ...onwardOptions(incoming), agent: false }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      outgoing.flushHeaders();
      answer.pipe(outgoing);
      answer.on("error", () => outgoing.destroy());
    });
    onward.on("error", () => outgoing.destroy());
    // Whoever asked is gone: a stream that never ends would stay open at the engine, a write must still arrive.
    outgoing.on("close", () => incoming.method === "GET" && onward.destroy());
    incoming.pipe(onward);
  }

  async #repeat(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = await buffer(incoming);
    const send = async (): Promise<{ readonly answer: IncomingMessage; readonly content: Buffer }> => {
      const onward = request({ ...onwardOptions(incoming), agent: false }).end(body);
      const [answer] = (await once(onward, "response")) as [IncomingMessage];
      return { answer, content: await buffer(answer) };
    };
    await send();
    const { answer, content } = await send();
    const { "transfer-encoding": _, ...headers } = answer.headers;
    outgoing.writeHead(answer.statusCode ?? 502, headers).end(content);
  }

  /** Attached streams: after the upgrade both sides talk bytes. */
  async #join(incoming: IncomingMessage, socket: Duplex, first: Buffer): Promise<void> {
    if (this.#record(incoming) === "drop") return void socket.destroy();
    const onward = request({ ...onwardOptions(incoming), agent: false });
    const { body, head } = await bodyOf(incoming, socket, first);
    onward.on("upgrade", (answer, engineSocket, answerHead) => {
      socket.write(`HTTP/1.1 101 UPGRADED\r\n${headerLines(answer)}\r\n`);
      socket.write(answerHead);
      engineSocket.write(head);
      socket.pipe(engineSocket).pipe(socket);
      socket.on("error", () => engineSocket.destroy());
      engineSocket.on("error", () => socket.destroy());
    });
    onward.on("error", () => socket.destroy());
    onward.end(body);
  }
}

/** What belongs to the request itself, which a server leaves unread when another protocol is asked for, and what follows. */
async function bodyOf(
  { headers }: IncomingMessage,
  socket: Duplex,
  first: Buffer,
): Promise<{ readonly body: Buffer; readonly head: Buffer }> {
  const length = Number(headers["content-length"] ?? 0);
  let bytes = first;
  while (bytes.length < length) {
    await once(socket, "readable");
    const more = socket.read() as Buffer | null;
    if (more === null) break;
    bytes = Buffer.concat([bytes, more]);
  }
  return { body: bytes.subarray(0, length), head: bytes.subarray(length) };
}

function onwardOptions({ method, url, rawHeaders }: IncomingMessage): RequestOptions {
  return { ...destination(engineAddress), method: method ?? "GET", path: url ?? "/", headers: rawHeaders }; // raw: some come twice
}

function headerLines({ rawHeaders }: IncomingMessage): string {
  return rawHeaders.map((word, index) => (index % 2 === 0 ? `${word}: ` : `${word}\r\n`)).join("");
}
