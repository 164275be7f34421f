import { badRequest } from "../../api/http-error.ts";
import type { Repository } from "../../../registry/repository.ts";
import type { WritableRepository } from "../../../registry/upload.ts";
import { type Digest, digestOf, isDigest } from "../digest.ts";
import { parseImageDocument } from "../image-document.ts";
import type { Layer } from "../layers/layer-store.ts";
import type { ImageRoom } from "../room.ts";
import { together } from "./lines.ts";
import { type Descriptor, parseManifest } from "./manifests.ts";
import { bringLayer } from "./pull.ts";
import { ociForm } from "./push.ts";
import { type PushedBlob, pushLayer } from "./push-layer.ts";
import type { RegistryDesk } from "./registry-desk.ts";

/** Layers with a description of what they are for, kept where images can be kept: they are no image. */
export interface Shelf {
  /** Throws when there is nothing, or what is neither a shelf nor an image. */
  read(): Promise<ShelfContents>;
  write(description: Uint8Array, layers: readonly Layer[]): Promise<ShelfManifest>;
}

/** What a shelf has, or an image in its place. */
export interface ShelfContents {
  /** Of an image what its configuration holds under {@link inlineKey}; `undefined` when that is nothing. */
  readonly description: unknown;
  /** Digests of the layers' archives. */
  readonly diffIds: ReadonlySet<string>;
  /** Brings a layer here; nothing is brought twice. Throws for one that is not among them. */
  readonly bring: (diffId: string) => Promise<Layer>;
}

/** By what a shelf is found again. */
export type ShelfManifest = Required<Pick<Descriptor, "mediaType" | "digest" | "size">>;

/** What a shelf is made of. */
export interface ShelfParts {
  readonly room: Pick<ImageRoom, "layers" | "knownBlobs">;
  readonly desk: Pick<RegistryDesk, "transfers" | "downloads" | "uploads">;
  readonly reader: Repository;
  readonly writer: WritableRepository;
  /** A tag or a digest; for reading and for writing. */
  readonly version: string;
  readonly signal: AbortSignal;
}

/** Where the configuration of an image says what its layers are for. */
export const inlineKey = "tscompose.build-cache.v1";

const descriptionType = "application/vnd.tscompose.build-cache.v1+json";
/** As containerd calls it: the digest of a layer's archive, without its compression. */
const archiveAnnotation = "containerd.io/uncompressed";

/** Opens one; nothing is asked before something is wanted. */
export function openShelf({ room, desk, reader, writer, version, signal }: ShelfParts): Shelf {
  return {
    async read() {
      const { config, layers } = parseManifest(await reader.manifest(version));
      const bytes = await reader.smallBlob(config.digest);
      const isShelf = config.mediaType === descriptionType;
      const image = isShelf ? undefined : parseImageDocument(bytes);
      const archives = image?.rootfs.diff_ids ?? layers.map(archiveOf);
      const blobs = new Map(layers.map((blob, index) => [archives[index] ?? "", blob]));
      return {
        description: image === undefined ? jsonOf(bytes) : image[inlineKey],
        diffIds: new Set(blobs.keys()),
        async bring(diffId) {
          const blob = blobs.get(diffId);
          if (blob === undefined || !isDigest(diffId)) throw badRequest(`the build cache lacks the layer ${diffId}`);
          await bringLayer(room, desk, { repository: reader, blob, diffId, tell: () => {}, signal });
          return room.layers.find(diffId) ?? missing(diffId);
        },
      };
    },
    async write(description, layers) {
      const blobs = new Map<Digest, PushedBlob>();
      await together(signal, (left) =>
        layers.map(async (layer) => {
          const known = await room.knownBlobs.of(layer.diffId);
          const parts = { repository: writer, layer, known, tell: () => {} };
          const blob = await desk.uploads.through(left, () => pushLayer(room.layers, parts));
          await room.knownBlobs.note(layer.diffId, blob, writer.name);
          blobs.set(layer.diffId, blob);
        }),
      );
      const digest = digestOf(description);
      await writer.uploadBlob({ open: () => only(description), digest: () => digest, subject: "a build cache" });
      const manifest = {
        schemaVersion: 2,
        mediaType: ociForm.manifest,
        config: { mediaType: descriptionType, digest, size: description.length },
        // In their own order, not in that of their arrival: the same again is the same manifest.
        layers: layers.flatMap(({ diffId }) => described(diffId, blobs.get(diffId)) ?? []),
      };
      const bytes = Buffer.from(JSON.stringify(manifest));
      const kept = await writer.putManifest(version, { mediaType: ociForm.manifest, bytes });
      return { mediaType: ociForm.manifest, digest: kept, size: bytes.length };
    },
  };
}

function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString()) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) throw badRequest("the build cache's description is no JSON");
    throw error;
  }
}

function described(diffId: Digest, blob: PushedBlob | undefined): Descriptor | undefined {
  if (blob === undefined) return undefined;
  const { digest, size, form } = blob;
  return { mediaType: ociForm.layers[form], digest, size, annotations: { [archiveAnnotation]: diffId } };
}

function archiveOf({ annotations }: Descriptor): string {
  return annotations?.[archiveAnnotation] ?? "";
}

async function* only(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

function missing(diffId: string): never {
  throw new Error(`the layer ${diffId} was brought, and is not there`);
}
