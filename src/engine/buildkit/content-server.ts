import {
  contentCalls,
  contentStoreHeader,
  type WriteAnswer,
  type WriteCall,
  writeAction,
} from "../../buildkit-api/content.ts";
import { type Handler, type IncomingCall, streaming, unary } from "../../grpc/server.ts";
import { GrpcError, grpcCode } from "../../grpc/status.ts";
import type { BlobFolder, BuildSources } from "./build-session.ts";

/** Answers builders that ask for blobs of folders, or keep some there. */
export function contentHandlers(sources: BuildSources): readonly Handler[] {
  return [
    unary(contentCalls.info, async ({ digest }, call) => {
      return { info: { digest, size: await sizeOf(folderOf(call, sources), digest) } };
    }),
    streaming(contentCalls.read, async (call) => {
      const folder = folderOf(call, sources);
      for await (const { digest, offset, size } of call.messages) {
        const left = (await sizeOf(folder, digest)) - offset;
        const bytes = size === 0 ? left : Math.min(size, left);
        let at = offset;
        if (bytes > 0) {
          for await (const data of folder.read(digest, { offset, bytes })) {
            await call.send({ offset: at, data });
            at += data.length;
          }
        }
        return;
      }
    }),
    streaming(contentCalls.write, (call) => receive(call, folderOf(call, sources))),
  ];
}

function folderOf(call: Pick<IncomingCall<never, never>, "metadata">, sources: BuildSources): BlobFolder {
  const id = call.metadata(contentStoreHeader)[0] ?? "";
  const folder = sources.blobs(id);
  if (folder !== undefined) return folder;
  throw new GrpcError({ code: grpcCode.notFound, message: `there is no content store "${id}"` });
}

async function sizeOf(folder: BlobFolder, digest: string): Promise<number> {
  const size = await folder.size(digest);
  if (size !== undefined) return size;
  throw new GrpcError({ code: grpcCode.notFound, message: `content ${digest}: not found` });
}

/** Takes one blob in the order of its bytes; every message is answered. */
async function receive(call: IncomingCall<WriteCall, WriteAnswer>, folder: BlobFolder): Promise<void> {
  const messages = call.messages[Symbol.asyncIterator]();
  let digest = "";
  let total = 0;
  let isWhole = false;
  const content = async function* (): AsyncGenerator<Uint8Array> {
    for (let next = await messages.next(); next.done !== true; next = await messages.next()) {
      const { action, data, expected, offset, total: told } = next.value;
      if (action !== writeAction.stat && offset !== total && data.length > 0) {
        throw new GrpcError({ code: grpcCode.invalidArgument, message: `got offset ${offset}, expected ${total}` });
      }
      if (data.length > 0) yield data;
      total += data.length;
      if (action === writeAction.commit) {
        if (told !== 0 && told !== total) throw wrong(`a blob of ${total} bytes was to have ${told}`);
        digest = expected;
        isWhole = true;
        return;
      }
      await call.send({ action, offset: total });
    }
  };
  await folder.write(content(), () => {
    if (!isWhole) throw wrong("the blob was not sent to its end");
    return digest;
  });
  await call.send({ action: writeAction.commit, offset: total, total, digest });
}

function wrong(message: string): GrpcError {
  return new GrpcError({ code: grpcCode.invalidArgument, message });
}
