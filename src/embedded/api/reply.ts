import { once } from "node:events";
import type { ServerResponse } from "node:http";
import type { ApiReply } from "./route.ts";

/** Writes a handler's answer, no faster than the client reads. Resolves when it is written or the client is gone. */
export async function sendReply(response: ServerResponse, reply: ApiReply, signal: AbortSignal): Promise<void> {
  switch (reply.kind) {
    case "hijacked":
      return;
    case "empty":
      response.writeHead(reply.status, reply.headers);
      response.end();
      return;
    case "json": {
      const text = `${JSON.stringify(reply.body)}\n`;
      const headers = {
        ...reply.headers,
        "Content-Type": "application/json",
        "Content-Length": Buffer.byteLength(text),
      };
      response.writeHead(reply.status ?? 200, headers);
      response.end(text);
      return;
    }
    case "stream":
      response.writeHead(reply.status ?? 200, { ...reply.headers, "Content-Type": reply.contentType });
      response.flushHeaders();
      await sendChunks(response, reply.body, signal);
      return;
  }
}

async function sendChunks(
  response: ServerResponse,
  chunks: AsyncIterable<Uint8Array | string>,
  signal: AbortSignal,
): Promise<void> {
  for await (const chunk of chunks) {
    if (signal.aborted) return;
    if (!response.write(chunk)) await once(response, "drain", { signal }).catch(() => {});
  }
  response.end();
}
