import { once } from "node:events";
import { type DeflateRaw, constants, crc32, createDeflateRaw } from "node:zlib";

/** As small as the usual 6 within two percent, in two thirds of the time. */
const usualLevel = 4;
const outputBytes = 524_288;
/** What is compressed at once: every piece waits for another thread. */
const pieceBytes = 524_288;
const sampleBytes = 4096;
/** Of 8 bits a byte of a sample of this length has 7.95 when it is random, and less than 7 in programs and texts. */
const denseBits = 7.8;

/** Deflate, no flags, no time, made on Unix: the same bytes each time (RFC 1952). */
const header = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]);

/**
 * Compresses a stream. What cannot be made smaller, such as archives within, is stored as it is: to try would take most
 * of the time of a push. Node's own gzip cannot change its mind on the way, what it is made of can.
 */
export async function* gzipped(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  const deflate = createDeflateRaw({ level: usualLevel, chunkSize: outputBytes });
  const left = new AbortController();
  const fed = feed(deflate, chunks, left.signal);
  deflate.on("error", () => {});
  fed.catch((error: unknown) => deflate.destroy(error as Error));
  try {
    yield header;
    for await (const part of deflate.iterator({ destroyOnReturn: false })) yield part as Buffer;
    yield trailer(await fed);
  } finally {
    left.abort();
    // A change of level that is under way needs the stream: Node ends the process otherwise.
    deflate.resume();
    await fed.catch(() => {});
    deflate.destroy();
  }
}

/** What the stream held, as far as gzip wants to know. */
interface Content {
  readonly crc: number;
  readonly sizeBytes: number;
}

function trailer({ crc, sizeBytes }: Content): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32LE(crc, 0);
  bytes.writeUInt32LE(sizeBytes % 2 ** 32, 4);
  return bytes;
}

async function feed(deflate: DeflateRaw, chunks: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<Content> {
  let level = usualLevel;
  let [crc, sizeBytes] = [0, 0];
  for await (const chunk of batched(chunks, pieceBytes)) {
    signal.throwIfAborted();
    const wanted = isDense(chunk) ? 0 : usualLevel;
    if (wanted !== level) await setLevel(deflate, wanted);
    level = wanted;
    crc = crc32(chunk, crc);
    sizeBytes += chunk.length;
    if (!deflate.write(chunk)) await once(deflate, "drain", { signal });
  }
  deflate.end();
  return { crc, sizeBytes };
}

/** The same bytes in pieces of at least so many, but the last. */
async function* batched(chunks: AsyncIterable<Uint8Array>, fewestBytes: number): AsyncGenerator<Uint8Array> {
  let batch: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of chunks) {
    batch.push(chunk);
    sizeBytes += chunk.length;
    if (sizeBytes < fewestBytes) continue;
    yield batch.length === 1 ? chunk : Buffer.concat(batch, sizeBytes);
    [batch, sizeBytes] = [[], 0];
  }
  if (sizeBytes > 0) yield Buffer.concat(batch, sizeBytes);
}

async function setLevel(deflate: DeflateRaw, level: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  deflate.params(level, constants.Z_DEFAULT_STRATEGY, resolve);
  await promise;
}

/** By the entropy of a sample from the middle; what is short is not worth a look. */
function isDense(chunk: Uint8Array): boolean {
  if (chunk.length < 2 * sampleBytes) return false;
  const start = (chunk.length - sampleBytes) >> 1;
  const counts = new Uint16Array(256);
  for (let at = start; at < start + sampleBytes; at += 1) counts[chunk[at] ?? 0] = (counts[chunk[at] ?? 0] ?? 0) + 1;
  let bits = 0;
  for (const count of counts) if (count > 0) bits -= (count / sampleBytes) * Math.log2(count / sampleBytes);
  return bits > denseBits;
}
