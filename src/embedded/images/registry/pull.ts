import { HttpError, badRequest, notFound } from "../../api/http-error.ts";
import type { ApiRequest } from "../../api/route.ts";
import { type Digest, isDigest, measured } from "../digest.ts";
import { parseImageDocument } from "../image-document.ts";
import { decompressed } from "../layers/decompress.ts";
import { type Reference, familiar, parseReference, referenceKey, withDefaultTag } from "../reference.ts";
import { type ImageRoom, shortId } from "../room.ts";
import { type Manifest, type Repository, openRepository } from "./client.ts";
import { credentialsOf } from "./credentials.ts";

/** One line of the progress. */
type Line = Readonly<Record<string, unknown>>;

interface Descriptor {
  readonly mediaType?: string;
  readonly digest: Digest;
  readonly size: number;
  readonly platform?: { readonly os?: string; readonly architecture?: string };
}

const indexTypes = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
];

/**
 * `POST /images/create?fromImage=`: brings an image from its registry, verified by digest from the name to the last
 * file. What is here already is not asked for again. Throws 404 when there is none, or none for the platform.
 */
export async function* pullImage(room: ImageRoom, request: ApiRequest): AsyncGenerator<Line> {
  const { query, headers, signal } = request;
  const reference = wanted(query.get("fromImage") ?? "", query.get("tag") ?? "");
  const credentials = credentialsOf(headers["x-registry-auth"]);
  const repository = openRepository({ name: reference.name, credentials, signal });
  const version = reference.digest ?? reference.tag ?? "latest";
  const { promise, resolve } = Promise.withResolvers<void>();
  const holding = room.holding(() => promise);
  try {
    const top = await repository.manifest(version);
    yield { status: `Pulling from ${familiar(reference.name)}`, id: version };
    const manifest = await platformManifest(repository, top, query.get("platform") || `linux/${room.architecture}`);
    yield* bring(room, { repository, reference, manifest, top: top.digest, signal });
  } finally {
    resolve();
    await holding;
    await room.collect();
  }
}

function wanted(name: string, tag: string): Reference {
  const isDigested = tag.includes(":");
  return withDefaultTag(parseReference(tag === "" ? name : `${name}${isDigested ? "@" : ":"}${tag}`));
}

/** The one manifest for a platform. */
async function platformManifest(repository: Repository, top: Manifest, platform: string): Promise<Manifest> {
  const { manifests, mediaType } = json(top.bytes);
  if (!indexTypes.includes(top.mediaType) && !indexTypes.includes(String(mediaType))) return top;
  const [os, architecture] = platform.split("/");
  const found = descriptors(manifests).find(
    ({ platform: own }) => own?.os === os && (architecture === undefined || own?.architecture === architecture),
  );
  if (found === undefined) throw notFound(`no matching manifest for ${platform} in the manifest list entries`);
  return repository.manifest(found.digest);
}

interface Bringing {
  readonly repository: Repository;
  readonly reference: Reference;
  readonly manifest: Manifest;
  /** Of what the name stands for, the index of all platforms if there is one. */
  readonly top: Digest;
  readonly signal: AbortSignal;
}

async function* bring(
  room: ImageRoom,
  { repository, reference, manifest, top, signal }: Bringing,
): AsyncGenerator<Line> {
  const { config, layers } = json(manifest.bytes);
  const [configuration] = descriptors([config]);
  if (configuration === undefined) throw badRequest("the manifest names no configuration");
  const bytes = await repository.smallBlob(configuration.digest);
  const { diff_ids: diffIds } = parseImageDocument(bytes).rootfs;
  const blobs = descriptors(layers);
  if (blobs.length !== diffIds.length) throw badRequest(`${blobs.length} layers for an image of ${diffIds.length}`);
  const isKnown = room.catalog.get(configuration.digest) !== undefined;
  for (const [index, blob] of blobs.entries()) {
    const diffId = diffIds[index];
    if (diffId !== undefined) yield* bringLayer(room, { repository, blob, diffId, signal });
  }
  const image = await room.catalog.add(bytes, { storedAt: room.now() });
  const key = referenceKey(reference);
  await room.catalog.tag(image.id, `${reference.name}@${top}`, room.now());
  if (reference.digest === undefined) await room.catalog.tag(image.id, key, room.now());
  room.publish("pull", familiar(key), familiar(reference.name));
  yield { status: `Digest: ${top}` };
  yield { status: `Status: ${isKnown ? "Image is up to date for" : "Downloaded newer image for"} ${familiar(key)}` };
}

async function* bringLayer(
  { layers }: ImageRoom,
  {
    repository,
    blob,
    diffId,
    signal,
  }: { repository: Repository; blob: Descriptor; diffId: Digest; signal: AbortSignal },
): AsyncGenerator<Line> {
  const id = shortId(blob.digest);
  if (layers.find(diffId) !== undefined) {
    yield { status: "Already exists", progressDetail: {}, id };
    return;
  }
  yield { status: "Downloading", progressDetail: { current: 0, total: blob.size }, id };
  const { chunks, result } = measured(await repository.blob(blob.digest));
  await layers.add(decompressed(chunks), { expected: diffId, signal });
  if (result().digest !== blob.digest)
    throw new HttpError(500, `filesystem layer verification failed for ${blob.digest}`);
  yield { status: "Pull complete", progressDetail: {}, id };
}

function json(bytes: Buffer): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(bytes.toString("utf8"));
    if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw badRequest("the registry's manifest is no JSON object");
}

function descriptors(value: unknown): Descriptor[] {
  if (!Array.isArray(value)) throw badRequest("the registry's manifest lists nothing: its schema is not supported");
  return value.map((each) => {
    const descriptor = (each ?? {}) as Descriptor;
    if (!isDigest(descriptor.digest))
      throw badRequest("the registry's manifest names something without a sha256 digest");
    return descriptor;
  });
}
