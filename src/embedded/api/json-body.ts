import type { IncomingHttpHeaders } from "node:http";
import type { Readable } from "node:stream";
import { badRequest, HttpError } from "./http-error.ts";

/** No request of the API is anywhere near; what is longer would only fill the engine's memory. */
const mostBytes = 4 * 1024 * 1024;

/** Reads a JSON body; `undefined` for an empty one. Throws 400 for what is no JSON, 413 for too much of it. */
export async function readJson(body: Readable, headers: IncomingHttpHeaders): Promise<unknown> {
  const text = await readBounded(body);
  if (text.trim() === "") return undefined;
  const contentType = headers["content-type"];
  if (contentType !== undefined && !/^application\/json\s*(;|$)/i.test(contentType)) {
    throw badRequest(`unsupported Content-Type header (${contentType}): must be 'application/json'`);
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new HttpError(400, `invalid JSON: ${(cause as SyntaxError).message}`, cause);
  }
}

/** The same where the API wants a JSON object; an empty body is an empty object. */
export async function readObject(request: { json(): Promise<unknown> }): Promise<Readonly<Record<string, unknown>>> {
  const value = (await request.json()) ?? {};
  if (typeof value !== "object" || Array.isArray(value)) throw badRequest("invalid JSON: an object is expected");
  return value as Readonly<Record<string, unknown>>;
}

async function readBounded(body: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > mostBytes) throw new HttpError(413, `the request's body is longer than ${mostBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
