import type { IncomingMessage, ServerResponse } from "node:http";
import { Duplex, PassThrough, type Readable } from "node:stream";

/**
 * The connection of a client that asked for an upgrade: `101 UPGRADED`, as dockerd words it, then raw bytes both ways.
 * `body` is what was read of the request's body; all that follows is the stream.
 */
export function upgradeConnection(socket: Duplex, contentType: string): Duplex {
  socket.write(`HTTP/1.1 101 UPGRADED\r\nContent-Type: ${contentType}\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n`);
  return socket;
}

/** The connection of a client that asked for another protocol, from where that one begins. */
export function switchProtocol(socket: Duplex, protocol: string): Duplex {
  socket.write(`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${protocol}\r\n\r\n`);
  return socket;
}

/** The same for a client that did not ask: a plain 200 whose body lasts as long as the connection. */
export function streamResponse(request: IncomingMessage, response: ServerResponse, contentType: string): Duplex {
  response.useChunkedEncodingByDefault = false;
  response.shouldKeepAlive = false;
  response.writeHead(200, { "Content-Type": contentType });
  response.flushHeaders();
  return Duplex.from({ readable: request, writable: response });
}

/**
 * The body of a request that asks for an upgrade: Node's parser leaves it to us. By its length, or in chunks. What
 * comes behind it stays in the socket.
 */
export function bodyBeforeUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Readable {
  if (head.length > 0) socket.unshift(head);
  const body = new PassThrough();
  const isChunked = /chunked/i.test(request.headers["transfer-encoding"] ?? "");
  const length = Number(request.headers["content-length"] ?? 0);
  if (isChunked || length === 0) return body.end();
  takeBytes(socket, length).then(
    (bytes) => body.end(bytes),
    (error: Error) => body.destroy(error),
  );
  return body;
}

/** Takes exactly so many bytes from a socket, and nothing of what follows. */
async function takeBytes(socket: Duplex, length: number): Promise<Buffer> {
  const taken: Buffer[] = [];
  let missing = length;
  while (missing > 0) {
    const chunk = (socket.read(Math.min(missing, Math.max(1, socket.readableLength))) ?? undefined) as
      | Buffer
      | undefined;
    if (chunk === undefined) {
      await readable(socket);
      continue;
    }
    taken.push(chunk);
    missing -= chunk.length;
  }
  return Buffer.concat(taken);
}

function readable(socket: Duplex): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const gone = (): void => reject(new Error("the client went away before its request was complete"));
  socket.once("readable", resolve);
  socket.once("end", gone);
  socket.once("close", gone);
  return promise.finally(() => {
    socket.off("readable", resolve);
    socket.off("end", gone);
    socket.off("close", gone);
  });
}
