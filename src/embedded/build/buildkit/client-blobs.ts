import { randomUUID } from "node:crypto";
import { contentCalls, contentStoreHeader, contentStoreOf, writeAction } from "../../../buildkit-api/content.ts";
import type { WriteAnswer, WriteCall } from "../../../buildkit-api/content.ts";
import type { GrpcConnection } from "../../../grpc/client.ts";
import { GrpcError, grpcCode } from "../../../grpc/status.ts";
import type { BlobStore } from "../build.ts";

/** A folder of the client, and the manifest that is to be read of it. */
export interface BlobPlace {
  readonly folder: string;
  readonly manifest: string | undefined;
}

/** Blobs in a folder of a client (containerd's content store, over a session). */
export function clientBlobs(
  connection: GrpcConnection,
  { folder, manifest }: BlobPlace,
  signal: AbortSignal,
): BlobStore {
  const options = { metadata: { [contentStoreHeader]: contentStoreOf(folder) }, signal };
  return {
    name: folder,
    manifest,
    async has(digest) {
      try {
        await connection.call(contentCalls.info, { digest }, options);
        return true;
      } catch (error) {
        if (error instanceof GrpcError && error.code === grpcCode.notFound) return false;
        throw error;
      }
    },
    async *read(digest) {
      for await (const { data } of connection.stream(contentCalls.read, { digest }, options)) yield data;
    },
    async write(content, digest) {
      const call = connection.open(contentCalls.write, options);
      const answers = call.messages[Symbol.asyncIterator]();
      const ref = randomUUID();
      const ask = async (message: Partial<WriteCall>): Promise<WriteAnswer> => {
        await call.send({ ...message, ref });
        const { done, value } = await answers.next();
        if (done === true) throw new Error(`${folder}: the client ends before the blob does`);
        return value;
      };
      let offset = 0;
      await ask({ action: writeAction.stat });
      for await (const data of content) {
        await ask({ action: writeAction.write, offset, data });
        offset += data.length;
      }
      await ask({ action: writeAction.commit, offset, total: offset, expected: digest() });
      call.endInput();
    },
  };
}
