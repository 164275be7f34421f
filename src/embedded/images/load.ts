import { badRequest } from "../api/http-error.ts";
import type { ApiRequest } from "../api/route.ts";
import { ByteSource } from "../tar/byte-source.ts";
import { TarError, type TarMember, blockBytes, shownName } from "../tar/entry.ts";
import { hasValidChecksum, isZeroBlock } from "../tar/header.ts";
import { readTar } from "../tar/read-tar.ts";
import { parseImageDocument } from "./image-document.ts";
import { decompressed } from "./layers/decompress.ts";
import type { Layer } from "./layers/layer-store.ts";
import { partsInRoot } from "./layers/name-in-root.ts";
import { type SavedImage, savedImages } from "./saved-images.ts";
import { familiar, parseReference, referenceKey } from "./reference.ts";
import type { ImageRoom } from "./room.ts";

const longestDocumentBytes = 4_194_304;
const mostDocumentBytes = 67_108_864;

/** What an archive of images was found to hold. */
export interface Archive {
  /** Small files by path: descriptions of images. */
  readonly documents: ReadonlyMap<string, Buffer>;
  /** Unpacked layers by path. */
  readonly layers: ReadonlyMap<string, Layer>;
  /** Where symbolic links lead: old archives share layers by them. */
  readonly links: ReadonlyMap<string, string>;
}

/** A line of `docker load`'s progress. */
interface LoadLine {
  readonly stream: string;
}

/**
 * `POST /images/load`: what `docker save` wrote, in Docker's own layout or in that of OCI. One pass over the stream:
 * layers are unpacked as they come, and those that no image turns out to want are removed again.
 */
export function loadImages(
  room: ImageRoom,
  { body, signal }: Pick<ApiRequest, "body" | "signal">,
): AsyncGenerator<LoadLine> {
  return held(room, async function* () {
    const archive = await readArchive(room, body, signal);
    const images = savedImages(archive);
    if (images.length === 0) throw badRequest("invalid archive: no manifest.json and no index.json in it");
    for (const image of images) yield* keep(room, image);
  });
}

/** Holds layers as long as the generator runs, then removes those that found no image. */
async function* held<Line>(room: ImageRoom, work: () => AsyncGenerator<Line>): AsyncGenerator<Line> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const holding = room.holding(() => promise);
  try {
    yield* work();
  } finally {
    resolve();
    await holding;
    await room.collect();
  }
}

async function* keep(room: ImageRoom, saved: SavedImage): AsyncGenerator<LoadLine> {
  const document = parseImageDocument(saved.document);
  const wanted = document.rootfs.diff_ids;
  if (wanted.length !== saved.layers.length) {
    throw badRequest(`invalid archive: ${saved.layers.length} layers for an image of ${wanted.length}`);
  }
  for (const [index, layer] of saved.layers.entries()) {
    if (layer.diffId !== wanted[index]) {
      throw badRequest(`invalid archive: a layer has the digest ${layer.diffId}, its image wants ${wanted[index]}`);
    }
  }
  const keys = saved.names.map((name) => referenceKey(parseReference(name)));
  const before = new Map(keys.map((key) => [key, room.catalog.named(key)]));
  const { id } = await room.catalog.add(saved.document, { storedAt: room.now() }, { keys, time: room.now() });
  room.publish("load", id, id);
  if (keys.length === 0) yield { stream: `Loaded image ID: ${id}\n` };
  for (const [key, named] of before) {
    if (named !== undefined && named !== id) yield { stream: renaming(key, named) };
    yield { stream: `Loaded image: ${familiar(key)}\n` };
  }
}

function renaming(key: string, id: string): string {
  return `The image ${familiar(key)} already exists, renaming the old one with ID ${id} to empty string\n`;
}

async function readArchive(room: ImageRoom, body: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<Archive> {
  const documents = new Map<string, Buffer>();
  const layers = new Map<string, Layer>();
  const links = new Map<string, string>();
  let documentBytes = 0;
  for await (const { entry, content } of readTar(decompressed(body))) {
    const path = partsInRoot(entry.name).join("/");
    if (entry.kind === "symlink" || entry.kind === "hardlink") links.set(path, linkPath(path, entry));
    if (entry.kind !== "file" || entry.sizeBytes === 0) continue;
    const source = new ByteSource(content);
    if (await looksLikeLayer(source)) {
      layers.set(path, await room.layers.add(decompressed(source.remaining()), { signal }));
    } else {
      documentBytes += entry.sizeBytes;
      if (entry.sizeBytes > longestDocumentBytes || documentBytes > mostDocumentBytes) {
        throw badRequest(`invalid archive: ${shownName(entry.name)} is too long for the description of an image`);
      }
      documents.set(path, await source.upTo(entry.sizeBytes));
    }
  }
  return { documents, layers, links };
}

function linkPath(path: string, { kind, linkName }: TarMember["entry"]): string {
  const from = kind === "hardlink" || linkName.startsWith("/") ? "" : `${path}/../`;
  return partsInRoot(`${from}${linkName}`).join("/");
}

/** By its first block, not by its name: layouts name layers as they like. */
async function looksLikeLayer(source: ByteSource): Promise<boolean> {
  const start = await source.peek(blockBytes);
  if (/^(1f8b|28b52ffd|425a68|fd377a585a00)/.test(start.toString("hex", 0, 6))) return true;
  return start.length === blockBytes && (hasValidChecksum(start) || isZeroBlock(start));
}

/** Turns what is wrong with an archive into an answer; all else stays our fault. */
export function asRefusal(error: unknown): unknown {
  return error instanceof TarError ? badRequest(`invalid archive: ${error.message}`) : error;
}
