import { type Digest, digestOf, isDigest } from "../../images/digest.ts";
import type { Repository } from "../../../registry/repository.ts";
import type { WritableRepository } from "../../../registry/upload.ts";
import type { BlobStore } from "../build.ts";

/** More is no manifest's nor description's. */
const longestDocumentBytes = 4_194_304;

/** What a client keeps in a folder, spoken to as a repository of a registry is. What comes is checked by who asks. */
export function clientRepository(store: BlobStore): Repository & WritableRepository {
  return {
    name: "client/cache",
    async manifest(reference) {
      if (!isDigest(reference)) throw new Error(`${store.name} has no manifest`);
      return { bytes: await small(store, reference), digest: reference, mediaType: "" };
    },
    smallBlob: (digest) => small(store, digest),
    async *blob({ digest, size }) {
      let left = size;
      for await (const chunk of store.read(digest)) {
        left -= chunk.length;
        if (left < 0) throw new Error(`${store.name}: the blob ${digest} is longer than ${size} bytes`);
        yield chunk;
      }
      if (left > 0) throw new Error(`${store.name}: the blob ${digest} is shorter than ${size} bytes`);
    },
    hasBlob: (digest) => store.has(digest),
    mountBlob: () => Promise.resolve(false),
    uploadBlob: ({ open, digest }) => store.write(open(), digest),
    async putManifest(_tag, { bytes }) {
      const digest = digestOf(bytes);
      const all = async function* (): AsyncGenerator<Uint8Array> {
        yield bytes;
      };
      await store.write(all(), () => digest);
      return digest;
    },
  };
}

async function small(store: BlobStore, digest: Digest): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const part of store.read(digest)) {
    parts.push(part);
    sizeBytes += part.length;
    if (sizeBytes > longestDocumentBytes) throw new Error(`${store.name}: the blob ${digest} is too long`);
  }
  const bytes = Buffer.concat(parts);
  if (digestOf(bytes) !== digest) throw new Error(`${store.name}: the blob ${digest} has another content`);
  return bytes;
}
