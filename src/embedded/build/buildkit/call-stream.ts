import { Duplex } from "node:stream";
import type { OpenCall } from "../../../grpc/client.ts";

interface Piece {
  readonly data: Uint8Array;
}

/** A call of pieces either way as a stream of bytes; `begin` opens it with a signal that ends it. */
export function callStream(begin: (signal: AbortSignal) => OpenCall<Piece, Piece>, signal: AbortSignal): Duplex {
  const ending = new AbortController();
  const call = begin(AbortSignal.any([signal, ending.signal]));
  const pieces = piecesOf(call);
  return new Duplex({
    read() {
      pieces.next().then(
        ({ done, value }) => this.push(done === true ? null : value),
        (error: Error) => this.destroy(error),
      );
    },
    write(data: Buffer, _encoding, done) {
      void pass(call, data, done);
    },
    final(done) {
      call.endInput();
      done();
    },
    destroy(error, done) {
      ending.abort();
      done(error);
    },
  });
}

/** Takes the next piece when there is room for it. */
async function pass(call: OpenCall<Piece, Piece>, data: Uint8Array, done: (error?: Error) => void): Promise<void> {
  try {
    await call.send({ data });
  } catch (error) {
    done(error as Error);
    return;
  }
  done();
}

/** Nothing would ask for more after a piece of nothing. */
async function* piecesOf({ messages }: OpenCall<Piece, Piece>): AsyncGenerator<Uint8Array> {
  for await (const { data } of messages) if (data.length > 0) yield data;
}
