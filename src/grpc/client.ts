import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from "node:http2";
import type { Duplex } from "node:stream";
import { frame, unframe } from "./framing.ts";
import type { Method } from "./method.ts";
import { headerLimits, windowBytes } from "./limits.ts";
import { errorFromTrailers, GrpcError, grpcCode, type Trailers } from "./status.ts";
import { writeTo } from "./write.ts";

/** What goes with a call: names in lower case; a list is sent as several headers of one name. */
export type Metadata = Readonly<Record<string, string | readonly string[]>>;

/** How a call is made. */
export interface CallOptions {
  readonly metadata?: Metadata;
  /** Ends the call early; it then throws a `GrpcError` of code `cancelled`. */
  readonly signal?: AbortSignal | undefined;
}

/** A call in which both sides speak as they like. */
export interface OpenCall<Request, Response> {
  send(message: Partial<Request>): Promise<void>;
  /** Nothing more is said; the other side may go on. */
  endInput(): void;
  /** Ends when the other side is done; throws the `GrpcError` it ended with. */
  readonly messages: AsyncIterable<Response>;
}

/** Calls over a connection that is already there. Closing it closes the connection, and ends its calls. */
export class GrpcConnection implements AsyncDisposable {
  readonly #session: ClientHttp2Session;
  /** Node takes what the socket has read already a moment later, and fails when the session is gone by then. */
  readonly #settled = new Promise((resolve) => setImmediate(resolve));
  /** Resolves when either side has closed it. */
  readonly closed: Promise<void>;

  constructor(socket: Duplex) {
    this.#session = connect("http://localhost", {
      createConnection: () => socket,
      settings: { initialWindowSize: windowBytes, enablePush: false },
      ...headerLimits,
    });
    // Each call tells its own end; without a listener the process would end first.
    this.#session.on("error", () => {});
    this.closed = new Promise((resolve) => this.#session.once("close", resolve));
    this.#session.on("connect", () => {
      // It may have been closed before it came about.
      if (!this.#session.destroyed) this.#session.setLocalWindowSize(windowBytes);
    });
  }

  /** One message in, one message out. */
  async call<Request, Response>(
    method: Method<Request, Response>,
    request: Partial<Request>,
    options: CallOptions = {},
  ): Promise<Response> {
    for await (const answer of this.stream(method, request, options)) return answer;
    throw new GrpcError({ code: grpcCode.internal, message: `${method.path}: no answer` });
  }

  /** One message in, many out. */
  async *stream<Request, Response>(
    method: Method<Request, Response>,
    request: Partial<Request>,
    options: CallOptions = {},
  ): AsyncGenerator<Response> {
    const call = this.open(method, options);
    await call.send(request);
    call.endInput();
    yield* call.messages;
  }

  /** Begins a call. */
  open<Request, Response>(
    { path, request, response }: Method<Request, Response>,
    { metadata = {}, signal }: CallOptions = {},
  ): OpenCall<Request, Response> {
    if (signal?.aborted === true) throw new GrpcError({ code: grpcCode.cancelled, message: `${path}: cancelled` });
    const lists = Object.entries(metadata).map(([name, value]) => [
      name,
      typeof value === "string" ? value : [...value],
    ]);
    const stream = this.#session.request({
      ":method": "POST",
      ":path": path,
      "content-type": "application/grpc",
      te: "trailers",
      "user-agent": "tscompose",
      ...Object.fromEntries(lists),
    });
    const cancel = (): void => stream.close(constants.NGHTTP2_CANCEL);
    signal?.addEventListener("abort", cancel, { once: true });
    stream.once("close", () => signal?.removeEventListener("abort", cancel));
    const ended = endOf(stream, path);
    ended.catch(() => {});
    return {
      send: (message) => writeTo(stream, frame(request.encode(message))),
      endInput: () => void stream.end(),
      messages: messagesOf(stream, ended, (bytes) => response.decode(bytes), signal),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#settled;
    this.#session.destroy();
  }
}

async function* messagesOf<Response>(
  stream: ClientHttp2Stream,
  ended: Promise<void>,
  decode: (bytes: Uint8Array) => Response,
  signal: AbortSignal | undefined,
): AsyncGenerator<Response> {
  try {
    for await (const bytes of unframe(stream)) yield decode(bytes);
    await ended;
  } catch (error) {
    if (signal?.aborted === true) throw new GrpcError({ code: grpcCode.cancelled, message: "cancelled", cause: error });
    if (error instanceof GrpcError) throw error;
    await ended;
    throw error;
  } finally {
    if (!stream.closed) stream.close(constants.NGHTTP2_CANCEL);
  }
}

/** How a call ended: in trailers, or in its headers when there was nothing else to say. */
function endOf(stream: ClientHttp2Stream, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let told: Trailers | undefined;
    stream.on("response", (headers) => {
      const status = headers[":status"];
      if ("grpc-status" in headers) told = headers;
      else if (status !== 200) told = { "grpc-status": grpcCode.unavailable, "grpc-message": `HTTP status ${status}` };
    });
    stream.on("trailers", (trailers) => {
      told = trailers;
    });
    stream.on("error", (cause) => reject(brokenOff(path, cause)));
    stream.on("close", () => {
      const error = told === undefined ? brokenOff(path) : errorFromTrailers(told);
      if (error === undefined) resolve();
      else reject(error);
    });
  });
}

function brokenOff(path: string, cause?: Error): GrpcError {
  const why = cause === undefined ? "the connection was closed" : cause.message;
  return new GrpcError({ code: grpcCode.unavailable, message: `${path}: ${why}`, cause });
}
