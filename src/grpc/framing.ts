import { GrpcError, grpcCode } from "./status.ts";

/** Larger messages are refused: the limit that BuildKit sets both its ends (containerd's `DefaultMaxRecvMsgSize`). */
const largestMessage = 16 << 20;
const headerBytes = 5;

/** A message as it goes over the wire: no compression, four bytes of length (gRPC over HTTP/2, "Length-Prefixed-Message"). */
export function frame(message: Uint8Array): Uint8Array {
  const framed = Buffer.allocUnsafe(headerBytes + message.length);
  framed.writeUInt8(0, 0);
  framed.writeUInt32BE(message.length, 1);
  framed.set(message, headerBytes);
  return framed;
}

/** Finds the messages in a stream, however it was cut. */
export async function* unframe(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let pieces: Uint8Array[] = [];
  let held = 0;
  let wanted = headerBytes;
  for await (const piece of source) {
    pieces.push(piece);
    held += piece.length;
    if (held < wanted) continue;
    let rest: Buffer = Buffer.concat(pieces);
    while (rest.length >= headerBytes) {
      const end = headerBytes + lengthIn(rest);
      if (rest.length < end) break;
      yield rest.subarray(headerBytes, end);
      rest = rest.subarray(end);
    }
    wanted = rest.length < headerBytes ? headerBytes : headerBytes + lengthIn(rest);
    pieces = rest.length === 0 ? [] : [rest];
    held = rest.length;
  }
  if (held > 0) throw new GrpcError({ code: grpcCode.internal, message: "the stream ends within a message" });
}

function lengthIn(header: Buffer): number {
  if (header.readUInt8(0) !== 0) {
    throw new GrpcError({ code: grpcCode.unimplemented, message: "compressed messages are not understood" });
  }
  const length = header.readUInt32BE(1);
  if (length <= largestMessage) return length;
  const message = `a message of ${length} bytes, more than ${largestMessage}`;
  throw new GrpcError({ code: grpcCode.resourceExhausted, message });
}
