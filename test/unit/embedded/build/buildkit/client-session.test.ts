import { once } from "node:events";
import { duplexPair } from "node:stream";
import { describe, expect, test } from "vitest";
import { sessionCalls, sshIdHeader, uploadPathHeader } from "../../../../../src/buildkit-api/session.ts";
import { BuildError } from "../../../../../src/embedded/build/build.ts";
import { ClientSession } from "../../../../../src/embedded/build/buildkit/client-session.ts";
import { GrpcConnection } from "../../../../../src/grpc/client.ts";
import { type Handler, serveGrpc, streaming, unary } from "../../../../../src/grpc/server.ts";
import { GrpcError, grpcCode } from "../../../../../src/grpc/status.ts";

const { signal } = new AbortController();

/** A session of a client that offers these. */
function sessionOf(...handlers: readonly Handler[]): AsyncDisposable & { session: ClientSession } {
  const [ours, theirs] = duplexPair();
  const client = serveGrpc(theirs, handlers, { onFault: () => {} });
  const connection = new GrpcConnection(ours);
  return {
    session: new ClientSession(
      connection,
      handlers.map(({ path }) => path),
    ),
    async [Symbol.asyncDispose]() {
      await connection[Symbol.asyncDispose]();
      await client[Symbol.asyncDispose]();
    },
  };
}

/** An agent of one id that answers every message with itself, backwards. */
const agent: readonly Handler[] = [
  unary(sessionCalls.checkAgent, async ({ id }) => {
    if (id !== "default") throw new GrpcError({ code: grpcCode.unknown, message: `unset ssh forward key ${id}` });
    return {};
  }),
  streaming(sessionCalls.forwardAgent, async (call) => {
    expect(call.metadata(sshIdHeader)).toEqual(["default"]);
    for await (const { data } of call.messages) await call.send({ data: Buffer.from(data).reverse() });
  }),
];

describe("what a client offers", () => {
  test("is its agent: a conversation, as long as the client and the build want it", async () => {
    await using both = sessionOf(...agent);
    const stream = await both.session.agent("default", signal);
    stream?.write("abc");
    expect(((await once(stream!, "data")) as [Buffer])[0].toString()).toBe("cba");
    stream?.end();
    stream?.resume();
    await once(stream!, "end");
    expect(await both.session.agent("other", signal)).toBeUndefined();
  });

  test("is its agent, and a conversation may be given up at any time", async () => {
    await using both = sessionOf(...agent);
    const stream = await both.session.agent("default", signal);
    stream?.destroy();
    await once(stream!, "close");
    const other = await both.session.agent("default", signal);
    other?.write("x");
    await once(other!, "data");
    other?.destroy();
    await once(other!, "close");
  });

  test("is secrets: one that it has, none that it has not, and why it cannot tell", async () => {
    await using both = sessionOf(
      unary(sessionCalls.getSecret, async ({ id }) => {
        if (id === "word") return { data: Buffer.from("hunter2") };
        const code = id === "other" ? grpcCode.notFound : grpcCode.unknown;
        throw new GrpcError({ code, message: `no ${id}` });
      }),
    );
    const { session } = both;
    expect(Buffer.from((await session.secret("word", signal)) ?? "").toString()).toBe("hunter2");
    expect(await session.secret("other", signal)).toBeUndefined();
    await expect(session.secret("broken", signal)).rejects.toThrow(new BuildError("secret broken: no broken"));
  });

  test("is logins, Docker Hub's by the name that clients know", async () => {
    await using both = sessionOf(
      unary(sessionCalls.credentials, async ({ host }) => {
        if (host === "registry-1.docker.io") return { username: "me", secret: "word" };
        return host === "token.example" ? { secret: "token" } : {};
      }),
    );
    const { session } = both;
    expect(await session.login("docker.io", signal)).toEqual({ username: "me", password: "word" });
    expect(await session.login("token.example", signal)).toEqual({ identitytoken: "token" });
    expect(await session.login("other.example", signal)).toBeUndefined();
  });

  test("is an upload", async () => {
    await using both = sessionOf(
      streaming(sessionCalls.pullUpload, async (call) => {
        for (const data of ["a", "b", ...call.metadata(uploadPathHeader)]) await call.send({ data: Buffer.from(data) });
      }),
    );
    const parts = await Array.fromAsync(both.session.upload("/c", signal), (part) => Buffer.from(part).toString());
    expect(parts).toEqual(["a", "b", "/c"]);
  });

  test("may be nothing at all", async () => {
    await using both = sessionOf();
    const { session } = both;
    const asked = [session.secret("x", signal), session.agent("x", signal), session.login("x", signal)];
    expect(await Promise.all(asked)).toEqual([undefined, undefined, undefined]);
    const wish = { name: "context", excludes: [], into: "/nowhere", signal, onBytes: () => {} };
    await expect(session.receive(wish)).rejects.toThrow("the client offers no files, and so no context");
  });
});
