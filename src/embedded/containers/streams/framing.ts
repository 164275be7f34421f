import type { OutputStream } from "../logs/json-line.ts";

const headerBytes = 8;
const numbers: Readonly<Record<OutputStream, number>> = { stdout: 1, stderr: 2 };

/** Content types of streams with and without frames. */
export const framedType = "application/vnd.docker.multiplexed-stream";
export const rawType = "application/vnd.docker.raw-stream";

/** A piece of output as it goes over a connection that carries both streams: its stream and length before it. */
export function frame(stream: OutputStream, bytes: Uint8Array): Buffer {
  const framed = Buffer.allocUnsafe(headerBytes + bytes.length);
  framed.writeUInt32BE(numbers[stream] * 0x100_0000, 0);
  framed.writeUInt32BE(bytes.length, 4);
  framed.set(bytes, headerBytes);
  return framed;
}

/** Many pieces of text in one buffer, each in a frame of its own: a client may take a frame for a line. */
export function frameTexts(pieces: readonly { readonly stream: OutputStream; readonly text: string }[]): Buffer {
  const lengths = pieces.map(({ text }) => Buffer.byteLength(text));
  const framed = Buffer.allocUnsafe(lengths.reduce((sum, length) => sum + headerBytes + length, 0));
  let at = 0;
  for (const [index, { stream, text }] of pieces.entries()) {
    const length = lengths[index] ?? 0;
    framed.writeUInt32BE(numbers[stream] * 0x100_0000, at);
    framed.writeUInt32BE(length, at + 4);
    framed.write(text, at + headerBytes);
    at += headerBytes + length;
  }
  return framed;
}
