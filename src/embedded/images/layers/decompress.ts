import { type Duplex, PassThrough, Readable, pipeline } from "node:stream";
import { createGunzip, createZstdDecompress } from "node:zlib";
import { ByteSource } from "../../tar/byte-source.ts";
import { TarError } from "../../tar/entry.ts";

const magicBytes = 6;
/** What is unpacked at once: every piece waits for another thread, and Node's own 16 KiB would wait most of the time. */
const chunkSize = 262_144;
const compressions: readonly { readonly name: string; readonly magic: string; readonly open?: () => Duplex }[] = [
  { name: "gzip", magic: "1f8b", open: () => createGunzip({ chunkSize }) },
  { name: "zstd", magic: "28b52ffd", open: () => createZstdDecompress({ chunkSize }) },
  { name: "bzip2", magic: "425a68" },
  { name: "xz", magic: "fd377a585a00" },
];

/** The archive within a stream that may be compressed, as its first bytes tell. Throws a {@link TarError} for xz and bzip2. */
export async function* decompressed(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const source = new ByteSource(chunks);
  const start = (await source.peek(magicBytes)).toString("hex");
  const found = compressions.find(({ magic }) => start.startsWith(magic));
  if (found === undefined) {
    yield* source.remaining();
    return;
  }
  if (found.open === undefined) {
    await source.close();
    throw new TarError(`archives compressed with ${found.name} are not supported: use gzip, zstd or none`);
  }
  const opened = found.open();
  const out = new PassThrough({ highWaterMark: 4 * chunkSize });
  pipeline(Readable.from(source.remaining(), { objectMode: false }), opened, out, () => {});
  try {
    for await (const chunk of out) yield chunk as Buffer;
  } catch (error) {
    if (error instanceof Error && "code" in error && /^(Z_|ZSTD_|ERR_ZSTD)/.test(String(error.code))) {
      throw new TarError(`damaged ${found.name} stream: ${error.message}`);
    }
    throw error;
  }
}
