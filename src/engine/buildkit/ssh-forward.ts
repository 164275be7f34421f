import type { IncomingCall } from "../../grpc/server.ts";
import type { SshAgent } from "./build-session.ts";

interface Piece {
  readonly data: Uint8Array;
}

/** Larger messages are no agent's (OpenSSH, `AGENT_MAX_LEN`). */
const largestMessage = 256 << 10;
const lengthBytes = 4;

/** Lets a build speak with an agent until either has enough. */
export async function forwardAgent(call: IncomingCall<Piece, Piece>, agent: SshAgent): Promise<void> {
  try {
    for await (const message of framedMessages(piecesOf(call))) {
      const answer = await agent.answer(message);
      const framed = Buffer.alloc(lengthBytes + answer.length);
      framed.writeUInt32BE(answer.length);
      framed.set(answer, lengthBytes);
      await call.send({ data: framed });
    }
  } finally {
    agent.close();
  }
}

async function* piecesOf({ messages }: IncomingCall<Piece, Piece>): AsyncGenerator<Uint8Array> {
  for await (const { data } of messages) yield data;
}

/** Messages of an agent's conversation: four bytes of length and that many bytes, however they were cut. */
export async function* framedMessages(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let held: Buffer = Buffer.alloc(0);
  for await (const piece of source) {
    held = Buffer.concat([held, piece]);
    while (held.length >= lengthBytes) {
      const length = held.readUInt32BE();
      if (length > largestMessage) throw new Error(`a message of ${length} bytes is no agent's`);
      if (held.length < lengthBytes + length) break;
      yield held.subarray(lengthBytes, lengthBytes + length);
      held = held.subarray(lengthBytes + length);
    }
  }
}
