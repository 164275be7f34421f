import { duplexPair } from "node:stream";
import { describe, expect, test } from "vitest";
import { GrpcConnection } from "../../../src/grpc/client.ts";
import { methodOf } from "../../../src/grpc/method.ts";
import { message, text } from "../../../src/grpc/protobuf.ts";
import { type Handler, serveGrpc, streaming, unary } from "../../../src/grpc/server.ts";
import { GrpcError, grpcCode } from "../../../src/grpc/status.ts";

const word = message<{ readonly text: string }>({ text: text(1) });
const greet = methodOf("test.Greeter", "Greet", word, word);
const echo = methodOf("test.Greeter", "Echo", word, word);

/** Both ends of a connection, and what went wrong on the answering one. */
function joined(...handlers: readonly Handler[]): AsyncDisposable & { client: GrpcConnection; faults: unknown[] } {
  const [ours, theirs] = duplexPair();
  const faults: unknown[] = [];
  const served = serveGrpc(theirs, handlers, { onFault: (error) => faults.push(error) });
  const client = new GrpcConnection(ours);
  return {
    client,
    faults,
    async [Symbol.asyncDispose]() {
      await client[Symbol.asyncDispose]();
      await served[Symbol.asyncDispose]();
    },
  };
}

describe("a call", () => {
  test("is answered", async () => {
    await using both = joined(unary(greet, async (asked) => ({ text: `hello ${asked.text}` })));
    expect(await both.client.call(greet, { text: "ü" })).toEqual({ text: "hello ü" });
  });

  test("tells headers with all their values, however many", async () => {
    const values = Array.from({ length: 3000 }, (_, at) => `pattern, ${at}`);
    await using both = joined(unary(greet, async (_, call) => ({ text: call.metadata("exclude").join("|") })));
    const answer = await both.client.call(greet, {}, { metadata: { exclude: values, other: "x" } });
    expect(answer.text).toBe(values.join("|"));
  });

  test("may be a conversation, with messages of any size", async () => {
    await using both = joined(
      streaming(echo, async (call) => {
        for await (const said of call.messages) await call.send(said);
      }),
    );
    const call = both.client.open(echo);
    const said = ["", "a", "b".repeat(5_000_000), "c"];
    const speaking = (async () => {
      for (const each of said) await call.send({ text: each });
      call.endInput();
    })();
    const heard = await Array.fromAsync(call.messages, (each) => each.text);
    await speaking;
    expect(heard.map((each) => each.length)).toEqual(said.map((each) => each.length));
  });

  test("that is refused tells why, whatever is in the words", async () => {
    const value = Buffer.from("{}");
    const refusal = { code: grpcCode.notFound, message: "no such 100 % ü\n", details: [{ typeUrl: "a", value }] };
    await using both = joined(unary(greet, async () => Promise.reject(new GrpcError(refusal))));
    const told = await both.client.call(greet, {}).catch((error: unknown) => error);
    expect(told).toBeInstanceOf(GrpcError);
    expect(told).toMatchObject({ code: grpcCode.notFound, message: refusal.message, details: [{ typeUrl: "a" }] });
    expect(both.faults).toEqual([]);
  });

  test("that nobody answers is refused", async () => {
    await using both = joined();
    await expect(both.client.call(greet, {})).rejects.toMatchObject({ code: grpcCode.unimplemented });
  });

  test("whose handler has a fault is told so on both sides", async () => {
    const fault = new Error("ours");
    await using both = joined(unary(greet, async () => Promise.reject(fault)));
    await expect(both.client.call(greet, {})).rejects.toMatchObject({ code: grpcCode.internal, message: "ours" });
    expect(both.faults).toEqual([fault]);
  });

  test("ends early by its signal, and its handler hears of it", async () => {
    const aborted = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    await using both = joined(
      streaming(echo, async (call) => {
        call.signal.addEventListener("abort", () => aborted.resolve());
        begun.resolve();
        await aborted.promise;
      }),
    );
    const controller = new AbortController();
    const call = both.client.call(echo, {}, { signal: controller.signal });
    await begun.promise;
    controller.abort();
    await expect(call).rejects.toMatchObject({ code: grpcCode.cancelled });
    await aborted.promise;
  });

  test("may be given up before the connection has come about", async () => {
    const both = joined(unary(greet, async (asked) => asked));
    const call = both.client.call(greet, {});
    call.catch(() => {});
    await both.client[Symbol.asyncDispose]();
    await expect(call).rejects.toBeInstanceOf(GrpcError);
    await both[Symbol.asyncDispose]();
    await new Promise(setImmediate);
  });

  test("ends when the connection does", async () => {
    const begun = Promise.withResolvers<void>();
    const both = joined(
      streaming(echo, async (call) => {
        begun.resolve();
        for await (const _ of call.messages);
      }),
    );
    const open = both.client.open(echo);
    const ended = Array.fromAsync(open.messages);
    await begun.promise;
    await both[Symbol.asyncDispose]();
    await expect(ended).rejects.toBeInstanceOf(GrpcError);
  });
});
