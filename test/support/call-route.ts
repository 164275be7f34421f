import { PassThrough, Readable } from "node:stream";
import { createRouter } from "../../src/embedded/api/router.ts";
import { HttpError } from "../../src/embedded/api/http-error.ts";
import type { ApiReply, Route } from "../../src/embedded/api/route.ts";

/** What a room of the embedded engine answers to a request, without a server between. */
export interface Answer {
  readonly status: number;
  readonly bytes: Buffer;
  readonly headers: Readonly<Record<string, string>>;
  /** The body as JSON. */
  json(): unknown;
}

/** Sends `GET /images/json?all=1` and the like to a table of routes; refusals are answers, faults are thrown. */
export async function callRoute(
  routes: readonly Route[],
  request: string,
  body?: Uint8Array | object,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const [method = "", target = ""] = request.split(" ");
  const url = new URL(target, "http://engine");
  const bytes = body instanceof Uint8Array ? body : Buffer.from(body === undefined ? "" : JSON.stringify(body));
  try {
    const { route, params, apiVersion } = createRouter(routes)(method, url.pathname);
    const reply = await route.handle({
      params,
      apiVersion,
      query: url.searchParams,
      headers,
      body: Readable.from(bytes.length === 0 ? [] : [bytes]),
      json: async () => (bytes.length === 0 ? undefined : (JSON.parse(Buffer.from(bytes).toString()) as unknown)),
      signal: new AbortController().signal,
      hijack: async () => new PassThrough(),
      upgrade: async () => new PassThrough(),
    });
    return answerOf(reply);
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    return answer(error.status, Buffer.from(JSON.stringify({ message: error.message })), {});
  }
}

async function answerOf(reply: ApiReply): Promise<Answer> {
  switch (reply.kind) {
    case "json":
      return answer(reply.status ?? 200, Buffer.from(JSON.stringify(reply.body)), reply.headers);
    case "empty":
      return answer(reply.status, Buffer.alloc(0), reply.headers);
    case "stream": {
      const parts = await Array.fromAsync(reply.body, (part) => Buffer.from(part as Uint8Array));
      return answer(reply.status ?? 200, Buffer.concat(parts), reply.headers);
    }
    case "hijacked":
      throw new Error("the connection was taken over");
  }
}

function answer(status: number, bytes: Buffer, headers: Answer["headers"] = {}): Answer {
  return { status, bytes, headers, json: () => JSON.parse(bytes.toString()) as unknown };
}
