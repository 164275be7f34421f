import { performServerHandshake, type ServerHttp2Session, type ServerHttp2Stream } from "node:http2";
import type { Duplex } from "node:stream";
import { frame, unframe } from "./framing.ts";
import { headerLimits, headerListBytes, windowBytes } from "./limits.ts";
import type { Method } from "./method.ts";
import { GrpcError, grpcCode, trailersFor } from "./status.ts";
import { writeTo } from "./write.ts";

/** One call, as its handler sees it. */
export interface IncomingCall<Request, Response> {
  readonly messages: AsyncIterable<Request>;
  /** All values of a header, in the order they came; names in lower case. */
  readonly metadata: (name: string) => readonly string[];
  send(message: Partial<Response>): Promise<void>;
  /** Fires when the caller has gone. */
  readonly signal: AbortSignal;
}

/** What answers the calls of one method. */
export interface Handler {
  readonly path: string;
  readonly answer: (stream: ServerHttp2Stream, rawHeaders: readonly string[]) => Promise<void>;
}

/** One message in, one message out; a `GrpcError` that is thrown is the answer. */
export function unary<Request, Response>(
  method: Method<Request, Response>,
  answer: (request: Request, call: IncomingCall<Request, Response>) => Promise<Partial<Response>>,
): Handler {
  return streaming(method, async (call) => {
    for await (const request of call.messages) {
      await call.send(await answer(request, call));
      return;
    }
    throw new GrpcError({ code: grpcCode.invalidArgument, message: `${method.path}: no request` });
  });
}

/** Messages both ways, for as long as the handler runs. */
export function streaming<Request, Response>(
  { path, request, response }: Method<Request, Response>,
  converse: (call: IncomingCall<Request, Response>) => Promise<void>,
): Handler {
  return {
    path,
    async answer(stream, rawHeaders) {
      const gone = new AbortController();
      stream.once("close", () => gone.abort());
      await converse({
        messages: decoded(stream, (bytes) => request.decode(bytes)),
        metadata: (name) => valuesOf(rawHeaders, name),
        send: (message) => writeTo(stream, frame(response.encode(message))),
        signal: gone.signal,
      });
    },
  };
}

/** A connection whose calls are answered until it is closed by either side. */
export interface Served extends AsyncDisposable {
  readonly closed: Promise<void>;
}

/** Answers calls that come over a connection; `onFault` hears of what is our own mistake. */
export function serveGrpc(
  socket: Duplex,
  handlers: readonly Handler[],
  { onFault }: { readonly onFault: (error: unknown) => void },
): Served {
  const byPath = new Map(handlers.map((handler) => [handler.path.toLowerCase(), handler]));
  const settings = { initialWindowSize: windowBytes, maxHeaderListSize: headerListBytes };
  const session: ServerHttp2Session = performServerHandshake(socket, { settings, ...headerLimits });
  session.setLocalWindowSize(windowBytes);
  // As with a client's session: it must not be gone before Node has taken what the socket has read already.
  const settled = new Promise((resolve) => setImmediate(resolve));
  session.on("error", () => {}); // Every call of it is told its own end.
  session.on("stream", (stream, headers, _flags, rawHeaders) => {
    stream.on("error", () => {});
    stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
    void answer(
      stream,
      byPath.get(String(headers[":path"]).toLowerCase()),
      rawHeaders as unknown as readonly string[],
    ).catch(onFault);
  });
  return {
    closed: new Promise((resolve) => session.once("close", resolve)),
    async [Symbol.asyncDispose]() {
      await settled;
      session.destroy();
    },
  };
}

async function answer(
  stream: ServerHttp2Stream,
  handler: Handler | undefined,
  rawHeaders: readonly string[],
): Promise<void> {
  try {
    if (handler === undefined) throw new GrpcError({ code: grpcCode.unimplemented, message: "unknown method" });
    await handler.answer(stream, rawHeaders);
    endWith(stream, undefined);
  } catch (error) {
    // Whoever hangs up wants no answer, and what fails for that reason is no fault.
    if (stream.destroyed) return;
    endWith(stream, error);
    if (!(error instanceof GrpcError)) throw error;
  }
}

function endWith(stream: ServerHttp2Stream, error: unknown): void {
  if (stream.destroyed) return;
  const told = error === undefined || error instanceof GrpcError ? error : internal(error);
  stream.once("wantTrailers", () => stream.sendTrailers(trailersFor(told)));
  stream.end();
}

function internal(cause: unknown): GrpcError {
  const message = cause instanceof Error ? cause.message : String(cause);
  return new GrpcError({ code: grpcCode.internal, message, cause });
}

async function* decoded<Request>(
  stream: ServerHttp2Stream,
  decode: (bytes: Uint8Array) => Request,
): AsyncGenerator<Request> {
  // The answer goes over the same stream: it stays when the reader has read enough.
  for await (const bytes of unframe(stream.iterator({ destroyOnReturn: false }))) yield decode(bytes);
}

function valuesOf(rawHeaders: readonly string[], name: string): readonly string[] {
  return rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1] === name);
}
