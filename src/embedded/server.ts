import { createServer, type IncomingMessage, type Server, ServerResponse } from "node:http";
import type { Duplex, Readable } from "node:stream";
import { newestApiVersion } from "../docker-api/version.ts";
import { bodyBeforeUpgrade, streamResponse, switchProtocol, upgradeConnection } from "./api/hijack.ts";
import { HttpError, badRequest } from "./api/http-error.ts";
import { readJson } from "./api/json-body.ts";
import { sendReply } from "./api/reply.ts";
import type { ApiReply, ApiRequest } from "./api/route.ts";
import type { Match, Router } from "./api/router.ts";

/** What a server needs. */
export interface ServerParts {
  readonly router: Router;
  /** As `Server` in every answer: `tscompose/0.1.0 (linux)`. */
  readonly name: string;
  /** Told of every fault of ours; the client gets a 500. */
  readonly onFault: (error: unknown) => void;
  /** Told when a request begins and, by the returned function, when it is over: an engine in use is not idle. */
  readonly onRequest: () => () => void;
}

/** A server of the Docker Engine API: finds the route of each request and writes its answer. Does not listen yet. */
export function createApiServer(parts: ServerParts): Server {
  const server = createServer({ keepAliveTimeout: 0, requestTimeout: 0 });
  server.on("request", (request, response) => {
    const hijack = async (contentType: string): Promise<Duplex> => streamResponse(request, response, contentType);
    const upgrade = async (protocol: string): Promise<Duplex> => {
      throw badRequest(`the connection has to be upgraded to ${protocol}`);
    };
    void serve(parts, request, response, { body: request, hijack, upgrade });
  });
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const response = new ServerResponse(request);
    response.shouldKeepAlive = false;
    response.assignSocket(socket as Parameters<ServerResponse["assignSocket"]>[0]);
    response.on("finish", () => socket.end());
    socket.on("error", () => socket.destroy());
    const detach = (): Duplex => {
      response.detachSocket(socket as Parameters<ServerResponse["assignSocket"]>[0]);
      return socket;
    };
    const hijack = async (contentType: string): Promise<Duplex> => upgradeConnection(detach(), contentType);
    const upgrade = async (protocol: string): Promise<Duplex> => {
      const wish = request.headers.upgrade ?? "";
      if (wish.toLowerCase() !== protocol) throw badRequest(`the protocol ${wish} is not supported, ${protocol} is`);
      return switchProtocol(detach(), protocol);
    };
    void serve(parts, request, response, { body: bodyBeforeUpgrade(request, socket, head), hijack, upgrade });
  });
  return server;
}

interface Ends {
  readonly body: Readable;
  readonly hijack: ApiRequest["hijack"];
  readonly upgrade: ApiRequest["upgrade"];
}

async function serve(
  { router, name, onFault, onRequest }: ServerParts,
  request: IncomingMessage,
  response: ServerResponse,
  ends: Ends,
): Promise<void> {
  const done = onRequest();
  const left = new AbortController();
  const leave = (): void => left.abort();
  const { socket } = request;
  socket.once("close", leave);
  response.setHeader("Api-Version", newestApiVersion);
  response.setHeader("Docker-Experimental", "false");
  response.setHeader("Ostype", "linux");
  response.setHeader("Server", name);
  try {
    const { pathname, searchParams } = locationOf(request);
    const match = router(request.method ?? "GET", pathname);
    const reply = await match.route.handle(
      apiRequest(match, { request, query: searchParams, ends, left: left.signal }),
    );
    await sendReply(response, reply, left.signal);
  } catch (error) {
    if (!(error instanceof HttpError) && !left.signal.aborted) onFault(error);
    refuse({ request, response }, error, left.signal);
  } finally {
    // A hijacked connection goes on after its handler; others may carry a thousand requests more.
    if (response.writableEnded) socket.off("close", leave);
    done();
  }
}

/** The base is never seen: requests of this API come with a path alone. */
function locationOf({ url = "/" }: IncomingMessage): URL {
  const parsed = URL.parse(url.replace(/^\/{2,}/, "/"), "http://localhost");
  if (parsed === null) throw new HttpError(400, `invalid URL "${url}"`);
  return parsed;
}

function apiRequest(
  { params, apiVersion }: Match,
  { request, query, ends, left }: { request: IncomingMessage; query: URLSearchParams; ends: Ends; left: AbortSignal },
): ApiRequest {
  const { headers } = request;
  return {
    params,
    query,
    headers,
    apiVersion,
    body: ends.body,
    json: () => readJson(ends.body, headers),
    signal: left,
    hijack: ends.hijack,
    upgrade: ends.upgrade,
  };
}

function isStillSending({ complete, headers }: IncomingMessage): boolean {
  return !complete && ("content-length" in headers || "transfer-encoding" in headers);
}

function refuse(
  { request, response }: { readonly request: IncomingMessage; readonly response: ServerResponse },
  error: unknown,
  left: AbortSignal,
): void {
  if (response.headersSent || response.socket === null || left.aborted) {
    response.destroy();
    return;
  }
  const status = error instanceof HttpError ? error.status : 500;
  const message = error instanceof Error ? error.message : String(error);
  // A client that still sends its body would never get to read an answer on a closed connection.
  if (isStillSending(request)) response.shouldKeepAlive = true;
  const reply: ApiReply = { kind: "json", status, body: { message } };
  void sendReply(response, reply, left);
}
