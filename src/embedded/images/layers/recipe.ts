import { closeSync, constants, createReadStream, createWriteStream, openSync, readSync } from "node:fs";
import { open } from "node:fs/promises";
import { PassThrough, pipeline as pipe } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createZstdCompress, createZstdDecompress } from "node:zlib";
import { ByteSource } from "../../tar/byte-source.ts";

/**
 * How to put a layer's archive together again, byte for byte: all of it but the contents of files, which are in the
 * layer's folder already. Frames: `0`, length (32 bits), bytes as they are; or `1`, length of a name (32 bits), size of
 * the content (64 bits), name. Compressed with zstd. Docker Engine keeps the same under the name of tar-split.
 */
export interface RecipeWriter {
  /** Bytes as they are. */
  framing(bytes: Uint8Array): Promise<void>;
  /** The content of a file of the layer's folder, by its name there. */
  file(name: string, sizeBytes: number): Promise<void>;
  /** Resolves when all is written to the file. */
  end(): Promise<void>;
  /** Gives up. */
  abandon(): Promise<void>;
}

const verbatim = 0;
const content = 1;

export function writeRecipe(path: string): RecipeWriter {
  const zstd = createZstdCompress();
  const written = pipeline(zstd, createWriteStream(path, { mode: 0o600 }));
  written.catch(() => {});
  const write = async (bytes: Uint8Array): Promise<void> => {
    if (zstd.destroyed) await written;
    if (zstd.write(bytes)) return;
    await Promise.race([new Promise((resolve) => zstd.once("drain", resolve)), written]);
  };
  return {
    async framing(bytes) {
      const head = Buffer.alloc(5);
      head.writeUInt8(verbatim, 0);
      head.writeUInt32BE(bytes.length, 1);
      await write(Buffer.concat([head, bytes]));
    },
    async file(name, sizeBytes) {
      const head = Buffer.alloc(13);
      head.writeUInt8(content, 0);
      head.writeUInt32BE(name.length, 1);
      head.writeBigUInt64BE(BigInt(sizeBytes), 5);
      await write(Buffer.concat([head, Buffer.from(name, "latin1")]));
    },
    async end() {
      zstd.end();
      await written;
    },
    async abandon() {
      zstd.destroy();
      await written.catch(() => {});
    },
  };
}

/** The archive that a recipe describes. Throws when a file of the folder is not there any more, or shorter. */
export async function* followRecipe(path: string, folder: string): AsyncGenerator<Buffer> {
  const out = new PassThrough();
  pipe(createReadStream(path), createZstdDecompress(), out, () => {});
  const source = new ByteSource(out);
  try {
    for (;;) {
      const [kind] = await source.upTo(1);
      if (kind === undefined) return;
      const length = (await source.upTo(4)).readUInt32BE();
      if (kind === verbatim) {
        yield* take(source, length);
        continue;
      }
      const sizeBytes = Number((await source.upTo(8)).readBigUInt64BE());
      const name = await source.upTo(length);
      yield* fileContent(Buffer.concat([Buffer.from(`${folder}/`), name]), sizeBytes);
    }
  } finally {
    await source.close();
  }
}

async function* take(source: ByteSource, bytes: number): AsyncGenerator<Buffer> {
  for (let left = bytes; left > 0;) {
    const part = await source.some(left);
    if (part === undefined) throw new Error("the recipe of a layer is cut off");
    left -= part.length;
    yield part;
  }
}

/** A small file is read at once: to wait for other threads takes longer than the reading. */
const smallBytes = 131_072;
const largestPartBytes = 524_288;
const howToOpen = constants.O_RDONLY | constants.O_NOFOLLOW;

async function* fileContent(path: Buffer, sizeBytes: number): AsyncGenerator<Buffer> {
  if (sizeBytes <= smallBytes) {
    yield smallFile(path, sizeBytes);
    return;
  }
  await using file = await open(path, howToOpen);
  for (let left = sizeBytes; left > 0;) {
    const part = Buffer.allocUnsafe(Math.min(left, largestPartBytes));
    const { bytesRead } = await file.read(part, 0, part.length, null);
    if (bytesRead === 0) throw changed(path);
    left -= bytesRead;
    yield part.subarray(0, bytesRead);
  }
}

function smallFile(path: Buffer, sizeBytes: number): Buffer {
  const file = openSync(path, howToOpen);
  try {
    const content = Buffer.allocUnsafe(sizeBytes);
    if (readSync(file, content) < sizeBytes) throw changed(path);
    return content;
  } finally {
    closeSync(file);
  }
}

function changed(path: Buffer): Error {
  return new Error(`${path.toString()}: a file of a layer was changed`);
}
