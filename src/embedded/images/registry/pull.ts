import { badRequest } from "../../api/http-error.ts";
import type { RegistryAuth } from "../../../docker-api/registry.ts";
import { RegistryError } from "../../../registry/registry-error.ts";
import type { Manifest, Repository } from "../../../registry/repository.ts";
import { type Digest, measured } from "../digest.ts";
import { type ImageDocument, parseImageDocument } from "../image-document.ts";
import { decompressed } from "../layers/decompress.ts";
import { formOf } from "../layers/known-blobs.ts";
import type { Layer } from "../layers/layer-store.ts";
import { type Reference, familiar, parseReference, referenceKey, withDefaultTag } from "../reference.ts";
import { type ImageRoom, shortId } from "../room.ts";
import { type Line, type Tell, countedOut, linesOf, together } from "./lines.ts";
import { type Descriptor, imageManifest, manifestFor } from "./manifests.ts";
import { pullRefusal } from "./refusals.ts";
import type { RegistryDesk } from "./registry-desk.ts";

/** What is to be pulled, and by whom. */
export interface PullWish {
  readonly reference: Reference;
  /** `linux/arm64`; absent for this machine's. */
  readonly platform?: string;
  readonly auth?: RegistryAuth | undefined;
  readonly signal: AbortSignal;
}

/** Reads `fromImage` and `tag` of `POST /images/create`. */
export function wantedReference(name: string, tag: string): Reference {
  const isDigested = tag.includes(":");
  return withDefaultTag(parseReference(tag === "" ? name : `${name}${isDigested ? "@" : ":"}${tag}`));
}

/**
 * Brings an image from its registry, verified by digest from the name to the last file; gives the lines of its progress.
 * What is here already is not asked for again, and nothing is named before all of it is here. Throws 404 when there is
 * none, or none for the platform.
 */
export async function* pullImage(room: ImageRoom, desk: RegistryDesk, wish: PullWish): AsyncGenerator<Line> {
  const { reference, auth, signal } = wish;
  const key = referenceKey(reference);
  const version = reference.digest ?? reference.tag ?? "latest";
  using registries = await desk.open();
  const { promise, resolve } = Promise.withResolvers<void>();
  const holding = room.holding(() => promise);
  try {
    const repository = registries.reader(reference.name, { auth, signal });
    const top = await repository.manifest(version);
    yield { status: `Pulling from ${familiar(reference.name)}`, id: version };
    const manifest = await manifestFor(repository, top, wish.platform || `linux/${room.architecture}`);
    const found = await describe(repository, manifest);
    yield* linesOf((tell, left) => bringLayers(room, desk, { ...found, repository, tell, signal: left }), signal);
    yield* keep(room, { reference, key, top: top.digest, ...found });
  } catch (error) {
    throw pullRefusal(error, key);
  } finally {
    resolve();
    await holding;
    await room.collect();
  }
}

/** What a manifest stands for. */
interface Found {
  readonly bytes: Buffer;
  readonly document: ImageDocument;
  readonly id: Digest;
  readonly blobs: readonly Descriptor[];
}

async function describe(repository: Repository, manifest: Manifest): Promise<Found> {
  const { config, layers: blobs } = imageManifest(manifest);
  const bytes = await repository.smallBlob(config.digest);
  const document = parseImageDocument(bytes);
  const wanted = document.rootfs.diff_ids.length;
  if (blobs.length !== wanted) throw badRequest(`${blobs.length} layers for an image of ${wanted}`);
  return { bytes, document, id: config.digest, blobs };
}

interface Bringing {
  readonly repository: Repository;
  readonly tell: Tell;
  readonly signal: AbortSignal;
}

async function bringLayers(room: ImageRoom, desk: RegistryDesk, bringing: Bringing & Found): Promise<void> {
  const { blobs, document, tell } = bringing;
  for (const { digest } of blobs) tell({ status: "Pulling fs layer", progressDetail: {}, id: shortId(digest) });
  await together(bringing.signal, (signal) =>
    blobs.map(async (blob, index) => {
      const diffId = document.rootfs.diff_ids[index];
      if (diffId !== undefined) await bringLayer(room, desk, { ...bringing, signal, blob, diffId });
    }),
  );
}

/** Brings one layer, unless it is here; remembers how the repository keeps it. */
export async function bringLayer(
  { layers, knownBlobs }: Pick<ImageRoom, "layers" | "knownBlobs">,
  { transfers, downloads }: Pick<RegistryDesk, "transfers" | "downloads">,
  { repository, blob, diffId, tell, signal }: Bringing & { readonly blob: Descriptor; readonly diffId: Digest },
): Promise<void> {
  const id = shortId(blob.digest);
  if (layers.find(diffId) === undefined) {
    if (downloads.isFull()) tell({ status: "Waiting", progressDetail: {}, id });
    const bring = (tellAll: Tell, left: AbortSignal): Promise<Layer> =>
      downloads.through(left, () => download(layers, { repository, blob, diffId, tell: tellAll, signal: left }));
    await transfers.layer(diffId, { bring, tell, signal });
    tell({ status: "Pull complete", progressDetail: {}, id });
  } else tell({ status: "Already exists", progressDetail: {}, id });
  const { digest, size, mediaType = "" } = blob;
  const form = formOf(mediaType);
  if (form !== undefined) await knownBlobs.note(diffId, { digest, size, form }, repository.name);
}

interface Download {
  readonly repository: Repository;
  readonly blob: Descriptor;
  readonly diffId: Digest;
  readonly tell: Tell;
  readonly signal: AbortSignal;
}

/** From the registry to the disk in one stream; the layer is there when both its digests are right. */
async function download(
  layers: ImageRoom["layers"],
  { repository, blob, diffId, tell, signal }: Download,
): Promise<Layer> {
  const id = shortId(blob.digest);
  const total = blob.size;
  tell({ status: "Downloading", progressDetail: { current: 0, total }, id });
  const { chunks, result } = measured(repository.blob(blob));
  const counted = countedOut(chunks, { id, status: "Downloading", total, tell });
  return layers.add(decompressed(counted), {
    expected: diffId,
    signal,
    confirm() {
      tell({ status: "Download complete", progressDetail: {}, id });
      if (result().digest === blob.digest) return;
      throw new RegistryError("broken", `filesystem layer verification failed for digest ${blob.digest}`);
    },
  });
}

interface Keeping extends Found {
  readonly reference: Reference;
  readonly key: string;
  /** Of what the name stands for, the index of all platforms if there is one. */
  readonly top: Digest;
}

async function* keep(room: ImageRoom, { reference, key, top, bytes, id }: Keeping): AsyncGenerator<Line> {
  const isKnown = room.catalog.get(id) !== undefined;
  const keys = [`${reference.name}@${top}`, ...(reference.digest === undefined ? [key] : [])];
  await room.catalog.add(bytes, { storedAt: room.now() }, { keys, time: room.now() });
  room.publish("pull", familiar(key), familiar(reference.name));
  yield { status: `Digest: ${top}` };
  yield { status: `Status: ${isKnown ? "Image is up to date for" : "Downloaded newer image for"} ${familiar(key)}` };
}
