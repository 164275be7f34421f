import { encodedHeader, fileSyncHeader, isPlainFile, type Packet, packetKind } from "../../buildkit-api/file-sync.ts";
import type { IncomingCall } from "../../grpc/server.ts";
import { GrpcError, grpcCode } from "../../grpc/status.ts";
import type { BuildSources, SentFolder } from "./build-session.ts";

type Call = IncomingCall<Packet, Packet>;

/** Files asked for at once: as many as Docker's own client reads. */
const readers = 4;

/** Sends a folder by fsutil's protocol: the list of its files, and the contents that the builder then asks for. */
export async function sendFolder(call: Call, sources: BuildSources): Promise<void> {
  const name = valuesOf(call, fileSyncHeader.folder)[0] ?? "";
  const folder = sources.folder(name);
  if (folder === undefined) {
    throw new GrpcError({ code: grpcCode.notFound, message: `no access allowed to dir "${name}"` });
  }
  const files = new Map<number, string>();
  try {
    await Promise.all([sendList(call, folder, files), sendContents(call, folder, files)]);
  } catch (error) {
    await call.send({
      kind: packetKind.error,
      data: Buffer.from(error instanceof Error ? error.message : String(error)),
    });
    throw error;
  }
}

async function sendList(call: Call, folder: SentFolder, files: Map<number, string>): Promise<void> {
  let id = 0;
  const selection = {
    include: valuesOf(call, fileSyncHeader.include),
    exclude: valuesOf(call, fileSyncHeader.exclude),
    follow: valuesOf(call, fileSyncHeader.follow),
  };
  for await (const stat of folder.list(selection)) {
    if (call.signal.aborted) return;
    if (isPlainFile(stat.mode)) files.set(id, stat.path);
    await call.send({ kind: packetKind.stat, stat });
    id++;
  }
  await call.send({ kind: packetKind.stat });
}

/** Answers requests until the builder has all it wants; some are read at the same time. */
async function sendContents(call: Call, folder: SentFolder, files: ReadonlyMap<number, string>): Promise<void> {
  const running = new Set<Promise<void>>();
  for await (const { kind, id, data } of call.messages) {
    if (kind === packetKind.error)
      throw new Error(`the builder could not take the files: ${Buffer.from(data).toString()}`);
    if (kind === packetKind.fin) break;
    if (kind !== packetKind.request) continue;
    const path = files.get(id);
    if (path === undefined) throw new Error(`the builder asks for file ${id}, which was not offered`);
    const sending = sendFile(call, folder, id, path).finally(() => running.delete(sending));
    running.add(sending);
    if (running.size >= readers) await Promise.race(running);
  }
  await Promise.all(running);
  await call.send({ kind: packetKind.fin });
}

async function sendFile(call: Call, folder: SentFolder, id: number, path: string): Promise<void> {
  for await (const data of folder.read(path)) {
    if (call.signal.aborted) return;
    await call.send({ kind: packetKind.data, id, data });
  }
  await call.send({ kind: packetKind.data, id });
}

/** Values of a header; such as are not plain ASCII come escaped (session/filesync, encodeStringForHeader). */
function valuesOf(call: Call, name: string): readonly string[] {
  const values = call.metadata(name);
  if (call.metadata(encodedHeader(name))[0] !== "1") return values;
  return values.map((value) => decodeURIComponent(value.replaceAll("+", " ")));
}
