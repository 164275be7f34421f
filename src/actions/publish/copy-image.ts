import { fullReference, parseImageReference } from "../../engine/image-reference.ts";
import { UsageError } from "../../errors.ts";
import { type Digest, isDigest } from "../../registry/digest.ts";
import type { Manifest, Repository } from "../../registry/repository.ts";
import type { WritableRepository } from "../../registry/upload.ts";
import { mapsIn, parseManifest } from "./parse-manifest.ts";
import { askRegistry, type RegistryContext } from "./registry-call.ts";

/** What an index says of an image. */
export interface CopiedImage {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly size: number;
}

/** Copies an image, for all its platforms, from its registry into a repository, where it has no tag. */
export async function copyImage(
  image: string,
  to: WritableRepository,
  context: RegistryContext & { readonly insecureRegistries: readonly string[] },
): Promise<CopiedImage> {
  const reference = fullReference(image);
  if (reference === undefined) throw new UsageError(`expected the name of an image, got "${image}"`);
  const { repository: path, version } = parseImageReference(reference);
  const host = path.slice(0, path.indexOf("/"));
  const isInsecure = context.insecureRegistries.includes(host);
  return askRegistry({ doing: `copying ${image}`, host, isInsecure }, context, async (registries, asker) => {
    const from = registries.reader(path, asker);
    const manifest = await from.manifest(version);
    await copyManifest(manifest, from, to);
    const { mediaType, digest, bytes } = manifest;
    return { mediaType, digest, size: bytes.length };
  });
}

/** Of an index, what it lists before; of a manifest, its blobs. */
async function copyManifest(manifest: Manifest, from: Repository, to: WritableRepository): Promise<void> {
  const { bytes, mediaType, digest } = manifest;
  const { manifests, config, layers } = parseManifest(bytes, `${from.name}@${digest}`);
  for (const listed of mapsIn(manifests)) {
    if (isDigest(listed["digest"])) await copyManifest(await from.manifest(listed["digest"]), from, to);
  }
  for (const blob of mapsIn([config, ...mapsIn(layers)])) await copyBlob(blob, from, to);
  await to.putManifest(digest, { mediaType, bytes });
}

/** Within a registry nothing is sent; what may not be distributed stays where it is. */
async function copyBlob(
  { digest, size, mediaType }: Readonly<Record<string, unknown>>,
  from: Repository,
  to: WritableRepository,
): Promise<void> {
  if (!isDigest(digest) || typeof size !== "number") return;
  if (/\.foreign\.|nondistributable/.test(String(mediaType))) return;
  if (await to.hasBlob(digest)) return;
  const isNeighbour = hostOf(from.name) === hostOf(to.name);
  if (isNeighbour && (await to.mountBlob(digest, from.name))) return;
  await to.uploadBlob({ open: () => from.blob({ digest, size }), digest: () => digest, subject: `blob ${digest}` });
}

function hostOf(name: string): string {
  return name.slice(0, name.indexOf("/"));
}
