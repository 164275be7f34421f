import { type IncomingMessage, request as requestPlain } from "node:http";
import { request as requestTls } from "node:https";
import { HttpError } from "../../api/http-error.ts";

/** How something is asked for. */
export interface GetOptions {
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** An answer; its body has to be read or destroyed. */
export interface GetAnswer {
  readonly status: number;
  readonly header: (name: string) => string | undefined;
  readonly body: IncomingMessage;
}

const mostRedirects = 5;

/**
 * Asks for a URL and follows where it leads; credentials stay with the host they are for. Not `fetch`: that refuses a
 * number of ports which browsers keep away from, and registries do not.
 */
export async function httpGet(start: URL, { headers, signal }: GetOptions): Promise<GetAnswer> {
  let [url, told] = [start, headers];
  for (let hops = 0; hops <= mostRedirects; hops += 1) {
    const body = await once(url, { headers: told, signal });
    const status = body.statusCode ?? 0;
    const { location } = body.headers;
    if (![301, 302, 303, 307, 308].includes(status) || location === undefined) {
      return { status, body, header: (name) => [body.headers[name]].flat()[0] };
    }
    body.destroy();
    const next = new URL(location, url);
    if (url.protocol === "https:" && next.protocol !== "https:") {
      throw new HttpError(500, `${url.host} leads to ${next.host} without TLS`);
    }
    if (next.host !== url.host) {
      const { Authorization: _, ...others } = told;
      told = others;
    }
    url = next;
  }
  throw new HttpError(500, `${start.host} leads in circles`);
}

function once(url: URL, { headers, signal }: GetOptions): Promise<IncomingMessage> {
  const request = url.protocol === "https:" ? requestTls : requestPlain;
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  request(url, { headers, signal, agent: false }).once("response", resolve).once("error", reject).end();
  return promise;
}
