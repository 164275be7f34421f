import { notFound } from "../../api/http-error.ts";
import type { RegistryAuth } from "../../../docker-api/registry.ts";
import type { RegistryClient } from "../../../registry/client.ts";
import type { WritableRepository } from "../../../registry/upload.ts";
import type { CatalogImage } from "../catalog.ts";
import type { Digest } from "../digest.ts";
import { familiar, isDigestKey, nameOfKey, parseReference } from "../reference.ts";
import { type ImageRoom, imageOf, layersOf, shortId } from "../room.ts";
import { type Line, linesOf, together } from "./lines.ts";
import { type PushedBlob, neighbours, pushLayer } from "./push-layer.ts";
import { pushRefusal } from "./refusals.ts";
import type { RegistryDesk } from "./registry-desk.ts";

/** What is to be pushed, and by whom. */
export interface PushWish {
  /** `127.0.0.1:5000/acme/web` */
  readonly name: string;
  /** Absent for all of that name. */
  readonly tag: string | undefined;
  readonly auth: RegistryAuth | undefined;
  readonly signal: AbortSignal;
}

/** `POST /images/{name}/push`: gives the lines of the progress. What the registry has already is not sent again. */
export async function* pushImage(room: ImageRoom, desk: RegistryDesk, wish: PushWish): AsyncGenerator<Line> {
  const { name } = parseReference(wish.name);
  yield { status: `The push refers to repository [${name}]` };
  using registries = await desk.open();
  const { promise, resolve } = Promise.withResolvers<void>();
  const holding = room.holding(() => promise);
  try {
    for (const key of keysOf(room, name, wish.tag)) yield* pushOne(room, desk, { key, name, registries, wish });
  } catch (error) {
    throw pushRefusal(error, name);
  } finally {
    resolve();
    await holding;
  }
}

/** What is to be pushed of a name. Throws 404 in Docker's words. */
function keysOf({ catalog }: ImageRoom, name: string, tag: string | undefined): readonly string[] {
  const known = catalog.list().flatMap(({ id }) => catalog.referencesOf(id).filter((key) => nameOfKey(key) === name));
  const tagged = known.filter((key) => !isDigestKey(key));
  if (tagged.length === 0) {
    throw notFound(`An image does not exist locally with the tag: ${familiar(name)}`);
  }
  if (tag === undefined) return tagged;
  const key = `${name}:${tag}`;
  if (!tagged.includes(key)) throw notFound(`tag does not exist: ${familiar(key)}`);
  return [key];
}

interface Push {
  readonly key: string;
  readonly name: string;
  readonly registries: RegistryClient;
  readonly wish: PushWish;
}

async function* pushOne(
  room: ImageRoom,
  desk: RegistryDesk,
  { key, name, registries, wish }: Push,
): AsyncGenerator<Line> {
  const image = imageOf(room, key);
  const layers = layersOf(room, image);
  const different = [...new Set(layers)];
  const known = await Promise.all(different.map(({ diffId }) => room.knownBlobs.of(diffId)));
  const mountsFrom = [...new Set(known.flat().flatMap(({ repositories }) => neighbours(repositories, name)))];
  const pushed = new Map<Digest, PushedBlob>();
  yield* linesOf(async (tell, left) => {
    for (const { diffId } of different) tell({ status: "Preparing", progressDetail: {}, id: shortId(diffId) });
    await together(left, (signal) => {
      const repository = registries.writer(name, { auth: wish.auth, signal, mountsFrom });
      return different.map(async (layer, index) => {
        const parts = { repository, layer, known: known[index] ?? [], tell };
        const blob = await desk.uploads.through(signal, () => pushLayer(room.layers, parts));
        await room.knownBlobs.note(layer.diffId, blob, name);
        pushed.set(layer.diffId, blob);
      });
    });
  }, wish.signal);
  const repository = registries.writer(name, { auth: wish.auth, signal: wish.signal });
  const blobs = layers.flatMap(({ diffId }) => pushed.get(diffId) ?? []);
  const manifest = await describe(room, image, { repository, blobs });
  const tag = key.slice(name.length + 1);
  const digest = await repository.putManifest(tag, manifest);
  await room.catalog.tag(image.id, `${name}@${digest}`, room.now());
  room.publish("push", familiar(key), familiar(name));
  const size = manifest.bytes.length;
  yield { status: `${tag}: digest: ${digest} size: ${size}` };
  yield { progressDetail: {}, aux: { Tag: tag, Digest: digest, Size: size } };
}

interface Description {
  readonly repository: WritableRepository;
  readonly blobs: readonly PushedBlob[];
}

/** Sends the configuration and gives the manifest: Docker's, unless a layer is of a form that only OCI's may hold. */
async function describe(
  { catalog }: ImageRoom,
  { id }: CatalogImage,
  { repository, blobs }: Description,
): Promise<{ readonly mediaType: string; readonly bytes: Buffer }> {
  const document = await catalog.documentBytes(id);
  if (!(await repository.hasBlob(id))) {
    const open = async function* (): AsyncGenerator<Uint8Array> {
      yield document;
    };
    await repository.uploadBlob({ open, digest: () => id, subject: `configuration ${id}` });
  }
  const form = blobs.some(({ form: each }) => each === "zstd") ? ociForm : dockerForm;
  const manifest = {
    schemaVersion: 2,
    mediaType: form.manifest,
    config: { mediaType: form.config, size: document.length, digest: id },
    layers: blobs.map(({ digest, size, form: each }) => ({ mediaType: form.layers[each], size, digest })),
  };
  return { mediaType: form.manifest, bytes: Buffer.from(JSON.stringify(manifest, undefined, 3)) };
}

const dockerForm = {
  manifest: "application/vnd.docker.distribution.manifest.v2+json",
  config: "application/vnd.docker.container.image.v1+json",
  layers: {
    gzip: "application/vnd.docker.image.rootfs.diff.tar.gzip",
    none: "application/vnd.docker.image.rootfs.diff.tar",
    zstd: "",
  },
};
/** The media types of OCI. */
export const ociForm = {
  manifest: "application/vnd.oci.image.manifest.v1+json",
  config: "application/vnd.oci.image.config.v1+json",
  layers: {
    gzip: "application/vnd.oci.image.layer.v1.tar+gzip",
    none: "application/vnd.oci.image.layer.v1.tar",
    zstd: "application/vnd.oci.image.layer.v1.tar+zstd",
  },
};
