import { once } from "node:events";
import { mkdtempDisposable } from "node:fs/promises";
import { createServer, type RequestListener } from "node:http";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { afterEach, describe, expect, test } from "vitest";
import { Transport } from "../../../src/engine/transport.ts";

describe("the transport", () => {
  let close = (): void => {};
  afterEach(() => close());

  /** Opens a transport to a server that answers so. */
  async function speaking(answer: RequestListener, path?: string): Promise<Transport> {
    const server = createServer(answer).listen(path === undefined ? { port: 0, host: "127.0.0.1" } : { path });
    await once(server, "listening");
    const address = server.address();
    if (address === null) throw new Error("no address");
    const transport = new Transport({
      host: "engine",
      connect: () => (typeof address === "string" ? connect(address) : connect(address.port, "127.0.0.1")),
    });
    close = () => {
      transport.close();
      server.close();
      server.closeAllConnections();
    };
    return transport;
  }

  test("says the version in every path once it is agreed upon", async () => {
    const transport = await speaking((request, response) => response.end(`${request.method} ${request.url}`));
    expect(await transport.ask({ method: "GET", path: "/_ping" })).toBe("GET /_ping");
    transport.apiVersion = "1.44";
    const query = { all: true, filters: { label: ["a=b"] }, t: ["x:1", "y"], none: undefined };
    const sent = "filters=%7B%22label%22%3A%5B%22a%3Db%22%5D%7D";
    expect(await transport.ask({ method: "GET", path: "/a", query })).toBe(`GET /v1.44/a?all=true&${sent}&t=x%3A1&t=y`);
  });

  test("reads JSON as such by its content type only", async () => {
    const transport = await speaking((request, response) => {
      response
        .writeHead(200, { "Content-Type": request.url === "/json" ? "application/json" : "text/plain" })
        .end("123");
    });
    expect(await transport.ask({ method: "GET", path: "/json" })).toBe(123);
    expect(await transport.ask({ method: "GET", path: "/text" })).toBe("123");
  });

  test.each([
    { status: 304, told: undefined },
    { status: 404, body: '{"message":"No such container: a"}', told: "No such container: a" },
    { status: 500, body: '{"cause":"why","response":500}', told: "why" },
    { status: 502, body: "<html>bad gateway</html>", told: "<html>bad gateway</html>" },
    { status: 500, body: "", told: "the engine answered 500" },
  ])("takes status $status with body $body for what it is", async ({ status, body, told }) => {
    const transport = await speaking((_request, response) => response.writeHead(status).end(body));
    const asking = transport.ask({ method: "POST", path: "/a" });
    await (told === undefined
      ? expect(asking).resolves.toBe("")
      : expect(asking).rejects.toMatchObject({ status, message: told }));
  });

  test("refuses to go on without the connection that was asked for", async () => {
    const transport = await speaking((_request, response) => response.end("no upgrade here"));
    await expect(transport.upgrade({ method: "POST", path: "/attach" })).rejects.toMatchObject({ status: 501 });
  });

  test.each([
    { kind: "bytes", body: (): unknown => Buffer.from("archive") },
    { kind: "a stream", body: (): unknown => Readable.from(["arch", "ive"], { objectMode: false }) },
  ])("has $kind read to the end before it is answered, on a connection that is closed then", async ({ body }) => {
    const ends: Promise<unknown>[] = [];
    const transport = await speaking((incoming, response) => {
      ends.push(once(incoming.socket, "close"));
      incoming.pipe(response.writeHead(200, { Told: incoming.headers.connection }));
    });
    const answer = await transport.open({ method: "PUT", path: "/archive", body: body(), isOpenEnded: true });
    expect(answer.headers["told"]).toBe("keep-alive");
    expect(await text(answer)).toBe("archive");
    await Promise.all(ends);
    expect(ends).toHaveLength(1);
  });

  test("asks again when an idle connection was closed as it was taken up", async () => {
    const known = new Set<Socket>();
    const transport = await speaking(({ socket }, response) => {
      if (known.has(socket)) return void socket.destroy();
      known.add(socket);
      response.end("here");
    });
    expect(await transport.ask({ method: "GET", path: "/first" })).toBe("here");
    expect(await transport.ask({ method: "POST", path: "/second", body: { a: 1 } })).toBe("here");
    expect(known.size).toBe(2);
  });

  test("asks again when an idle connection was closed, and nobody has noticed as yet", async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), "transport-"));
    const known = new Set<Socket>();
    const transport = await speaking(
      ({ socket }, response) => {
        known.add(socket);
        response.end("here");
      },
      join(folder.path, "engine.sock"),
    );
    expect(await transport.ask({ method: "GET", path: "/first" })).toBe("here");
    for (const socket of known) socket.destroy();
    expect(await transport.ask({ method: "POST", path: "/second", body: { a: 1 } })).toBe("here");
    expect(known.size).toBe(2);
  });

  test("does not ask again when a new connection is closed", async () => {
    let asked = 0;
    const transport = await speaking(({ socket }) => {
      asked += 1;
      socket.destroy();
    });
    await expect(transport.ask({ method: "GET", path: "/" })).rejects.toMatchObject({ code: "ECONNRESET" });
    expect(asked).toBe(1);
  });

  test("bounds calls that end, not those that are open-ended", async () => {
    const waiting: (() => void)[] = [];
    const transport = await speaking((_request, response) => void waiting.push(() => response.end("x")));
    const call = { method: "GET", path: "/" };
    const open = Array.from({ length: 60 }, () => transport.ask({ ...call, isOpenEnded: true }));
    const shared = Array.from({ length: 60 }, () => transport.ask(call));
    await expect.poll(() => waiting.length).toBe(60 + 48);
    while (waiting.length > 0) waiting.pop()?.();
    await expect.poll(() => waiting.length).toBe(12);
    while (waiting.length > 0) waiting.pop()?.();
    expect(await Promise.all([...open, ...shared])).toHaveLength(120);
  });
});
