import { type ClientRequest, type IncomingMessage, request as requestPlain } from "node:http";
import { request as requestTls } from "node:https";
import { Readable, pipeline } from "node:stream";
import type { Connections } from "./connections.ts";
import type { Endpoint } from "./endpoints.ts";
import { RegistryError } from "./registry-error.ts";

/** One question to a registry. */
export interface Question {
  readonly method: "GET" | "HEAD" | "POST" | "PATCH" | "PUT";
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | AsyncIterable<Uint8Array>;
  readonly signal: AbortSignal;
}

/** An answer; its body has to be read or destroyed. */
export interface Answer {
  readonly status: number;
  /** Where it came from in the end. */
  readonly url: URL;
  readonly header: (name: string) => string | undefined;
  readonly body: IncomingMessage;
}

/** What all questions share. */
export interface Exchange {
  readonly connections: Connections;
  /** How long a registry may say nothing at all. */
  readonly patienceMs: number;
}

const mostRedirects = 5;
/** A registry that has got a blob may have to read it all again before it says so. */
const storingFactor = 10;

/**
 * Asks, and follows where a question without a body is led; credentials stay with the host they are for. Not `fetch`:
 * that refuses a number of ports which browsers keep away from, and registries do not. Throws a {@link RegistryError}
 * when there is no answer.
 */
export async function ask(
  exchange: Exchange,
  start: URL,
  question: Question,
  endpoint: Pick<Endpoint, "isInsecure">,
): Promise<Answer> {
  let [url, { headers }] = [start, question];
  for (let hops = 0; hops <= mostRedirects; hops += 1) {
    const body = await once(exchange, url, { ...question, headers }, endpoint);
    const status = body.statusCode ?? 0;
    const { location } = body.headers;
    const isLed = [301, 302, 303, 307, 308].includes(status) && question.body === undefined;
    if (!isLed || location === undefined)
      return { status, url, body, header: (name) => [body.headers[name]].flat()[0] };
    body.destroy();
    if (!URL.canParse(location, url.href)) throw new RegistryError("broken", `${url.host} leads to ${shown(location)}`);
    const next = new URL(location, url);
    if (!["http:", "https:"].includes(next.protocol) || (url.protocol === "https:" && next.protocol !== "https:")) {
      throw new RegistryError("broken", `${url.host} leads to ${next.host} without TLS`);
    }
    if (next.host !== url.host) {
      const { Authorization: _, ...others } = headers;
      headers = others;
    }
    url = next;
  }
  throw new RegistryError("broken", `${start.host} leads in circles`);
}

async function once(
  { connections, patienceMs }: Exchange,
  url: URL,
  { method, headers, body, signal }: Question,
  endpoint: Pick<Endpoint, "isInsecure">,
): Promise<IncomingMessage> {
  signal.throwIfAborted();
  const agent = await connections.agentFor(url, endpoint);
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const request = (url.protocol === "https:" ? requestTls : requestPlain)(url, { method, headers, signal, agent });
  let answer: IncomingMessage | undefined;
  const limitMs = method === "PUT" || method === "PATCH" ? patienceMs * storingFactor : patienceMs;
  request.setTimeout(limitMs, () => {
    // Nothing comes because nothing is read: that is no fault of the registry's.
    const isFull = answer !== undefined && answer.readableLength >= answer.readableHighWaterMark;
    if (isFull) request.setTimeout(limitMs);
    else request.destroy(Object.assign(new Error(`no answer within ${limitMs / 1000} s`), { code: "SILENCE" }));
  });
  request.once("response", (response) => {
    answer = response;
    resolve(response);
  });
  request.on("error", reject);
  send(request, body, reject);
  return promise.catch((error: unknown) => {
    signal.throwIfAborted();
    throw unreachable(error, `${method} ${shownUrl(url)}`);
  });
}

function send(request: ClientRequest, body: Question["body"], reject: (error: unknown) => void): void {
  if (body === undefined || body instanceof Uint8Array) {
    request.end(body);
    return;
  }
  // A refusal may come before all is sent: then it counts, and not that nobody read the rest.
  pipeline(Readable.from(body, { objectMode: false }), request, (error) => {
    if (error !== null && error !== undefined) reject(error);
  });
}

/** What went wrong on the way. A refused connection or an unknown host is not going to be better in a second. */
export function unreachable(error: unknown, doing: string): RegistryError {
  if (error instanceof RegistryError) return error;
  const code = Error.isError(error) && "code" in error ? String(error.code) : "";
  const isPassing = ["ECONNRESET", "EPIPE", "ETIMEDOUT", "EAI_AGAIN", "HPE_INVALID_EOF_STATE"].includes(code);
  return new RegistryError("unreachable", `${doing}: ${reasonOf(error, code)}`, { isPassing, cause: error });
}

function reasonOf(error: unknown, code: string): string {
  if (code === "ECONNREFUSED") return "connection refused";
  if (code === "ENOTFOUND") return "no such host";
  if (code === "ECONNRESET") return "the registry broke off the connection";
  if (code.startsWith("HPE_")) return "the answer is no HTTP";
  return Error.isError(error) ? error.message || code : String(error);
}

/** Without what follows the path: registries put secrets there. */
function shownUrl({ origin, pathname }: URL): string {
  return `"${origin}${pathname}"`;
}

function shown(text: string): string {
  return JSON.stringify(text.split("?")[0]?.slice(0, 200));
}
