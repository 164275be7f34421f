import type { TarEntry, TarMember } from "../tar/entry.ts";
import { writeTar } from "../tar/write-tar.ts";
import type { CatalogImage } from "./catalog.ts";
import { digestOf, hexOf } from "./digest.ts";
import type { Layer } from "./layers/layer-store.ts";
import { familiar, isDigestKey, parseReference, referenceKey } from "./reference.ts";
import { type ImageRoom, imageOf, layersOf } from "./room.ts";

/** An image to be saved, with the names that go with it. */
interface Wanted {
  readonly image: CatalogImage;
  readonly document: Buffer;
  readonly layers: readonly Layer[];
  /** With tags, as people write them. */
  readonly names: readonly string[];
}

/**
 * `GET /images/get`: an archive that `docker load` reads, old and new: an OCI layout with Docker's `manifest.json`
 * beside. Each layer is in it once. Throws 404 before the first chunk.
 */
export async function saveImages(room: ImageRoom, names: readonly string[]): Promise<AsyncGenerator<Buffer>> {
  const byImage = Map.groupBy(names, (name) => imageOf(room, name));
  const wanted = await Promise.all(
    [...byImage].map(async ([image, asked]) => ({
      image,
      document: await room.catalog.documentBytes(image.id),
      layers: layersOf(room, image),
      names: [...new Set(asked.flatMap((name) => savedNames(image, name)))],
    })),
  );
  for (const { image } of wanted) room.publish("save", image.id, image.id);
  return holdingLayers(room, writeTar(members(room, wanted)));
}

/** By id all names are left out, as Docker does. */
function savedNames(image: CatalogImage, asked: string): string[] {
  if (image.id.startsWith(asked) || image.id.startsWith(`sha256:${asked}`)) return [];
  const key = referenceKey(parseReference(asked));
  return isDigestKey(key) ? [] : [familiar(key)];
}

async function* holdingLayers(room: ImageRoom, archive: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const holding = room.holding(() => promise);
  try {
    yield* archive;
  } finally {
    resolve();
    await holding;
  }
}

async function* members(room: ImageRoom, wanted: readonly Wanted[]): AsyncGenerator<TarMember> {
  const [blobs, layerBlobs] = [new Map<string, Buffer>(), new Map<string, Layer>()];
  for (const { layers } of wanted) for (const layer of layers) layerBlobs.set(layer.diffId, layer);
  const manifests = wanted.flatMap((each) => descriptors(each, blobs));
  yield folder("blobs");
  yield folder("blobs/sha256");
  for (const layer of layerBlobs.values()) {
    yield { entry: file(blobPath(layer.diffId), layer.archiveBytes), content: room.layers.read(layer) };
  }
  for (const [digest, bytes] of blobs) yield small(blobPath(digest), bytes);
  const index = { schemaVersion: 2, mediaType: "application/vnd.oci.image.index.v1+json", manifests };
  yield small("index.json", json(index));
  yield small("manifest.json", json(wanted.map(dockerManifest)));
  yield small("oci-layout", json({ imageLayoutVersion: "1.0.0" }));
  yield small("repositories", json(repositories(wanted)));
}

/** Entries of the index: one for each name, or one without. Adds what they point to. */
function descriptors({ image, document, layers, names }: Wanted, blobs: Map<string, Buffer>): object[] {
  const manifest = json({
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    config: { mediaType: "application/vnd.oci.image.config.v1+json", digest: image.id, size: document.length },
    layers: layers.map(({ diffId, archiveBytes }) => ({
      mediaType: "application/vnd.oci.image.layer.v1.tar",
      digest: diffId,
      size: archiveBytes,
    })),
  });
  blobs.set(image.id, document).set(digestOf(manifest), manifest);
  const descriptor = {
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    digest: digestOf(manifest),
    size: manifest.length,
  };
  if (names.length === 0) return [descriptor];
  return names.map((name) => {
    const { name: whole, tag = "latest" } = parseReference(name);
    const annotations = {
      "io.containerd.image.name": `${whole}:${tag}`,
      "org.opencontainers.image.ref.name": tag,
    };
    return { ...descriptor, annotations };
  });
}

function dockerManifest({ image, layers, names }: Wanted): object {
  return {
    Config: blobPath(image.id),
    RepoTags: names.length === 0 ? null : names,
    Layers: layers.map(({ diffId }) => blobPath(diffId)),
  };
}

/** What Docker 1.x read. */
function repositories(wanted: readonly Wanted[]): Record<string, Record<string, string>> {
  const found: Record<string, Record<string, string>> = {};
  for (const { layers, names } of wanted) {
    for (const name of names) {
      const { name: whole, tag = "latest" } = parseReference(name);
      (found[familiar(whole)] ??= {})[tag] = hexOf(layers.at(-1)?.diffId ?? "");
    }
  }
  return found;
}

function blobPath(digest: string): string {
  return `blobs/sha256/${hexOf(digest)}`;
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

function small(name: string, bytes: Buffer): TarMember {
  return { entry: file(name, bytes.length), content: once(bytes) };
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}

function file(name: string, sizeBytes: number): TarEntry {
  return { ...plain, name, kind: "file", mode: 0o644, sizeBytes };
}

function folder(name: string): TarMember {
  return { entry: { ...plain, name: `${name}/`, kind: "directory", mode: 0o755 }, content: once(Buffer.alloc(0)) };
}

const plain = {
  linkName: "",
  uid: 0,
  gid: 0,
  sizeBytes: 0,
  mtime: "0",
  device: { major: 0, minor: 0 },
  xattrs: new Map<string, string>(),
} as const;
