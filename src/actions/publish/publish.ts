import { fullReference, parseImageReference } from "../../engine/image-reference.ts";
import { UsageError } from "../../errors.ts";
import { composeVersion } from "../../observe/labels.ts";
import { digestOf } from "../../registry/digest.ts";
import { RegistryError } from "../../registry/registry-error.ts";
import type { WritableRepository } from "../../registry/upload.ts";
import type { Clock } from "../../system/clock.ts";
import { applicationIndex, type Artifact, artifactOf, type OciVersion, type PublishedFile } from "./artifact.ts";
import { type CopiedImage, copyImage } from "./copy-image.ts";
import { askRegistry, type RegistryContext } from "./registry-call.ts";

/** Where to, and how. */
export interface PublishOptions {
  /** As typed: `ghcr.io/acme/shop:1`. */
  readonly repository: string;
  readonly files: readonly PublishedFile[];
  /** Absent: the newest that the registry takes. */
  readonly version?: OciVersion;
  /** A registry that may be spoken to without TLS. */
  readonly isInsecure?: boolean;
  /** Images that are copied into the repository as well; absent: they stay where they are. */
  readonly images?: readonly string[];
}

/** What publishing needs of the world; no engine. */
export interface PublishContext extends RegistryContext {
  readonly clock: Clock;
}

/** The full name of a place for compose files. Throws for what is none. */
export function publishedName(repository: string): string {
  const name = repository.includes("@") ? undefined : fullReference(repository);
  if (name !== undefined) return name;
  throw new UsageError(`expected REPOSITORY[:TAG], got "${repository}"`, "for example: ghcr.io/acme/shop:1.0");
}

/** Sends compose files to a registry, as Docker Compose reads them there; answers with the name by digest. */
export async function publish(options: PublishOptions, context: PublishContext): Promise<string> {
  const { repository: path, version: tag } = parseImageReference(publishedName(options.repository));
  const host = path.slice(0, path.indexOf("/"));
  const call = { doing: `publishing to ${path}:${tag}`, host, isInsecure: options.isInsecure === true };
  return askRegistry(call, context, async (registries, asker) => {
    const writer = registries.writer(path, asker);
    const { digest, manifest } = await send(writer, tag, options, context);
    if (options.images !== undefined) {
      const copying = { ...context, insecureRegistries: call.isInsecure ? [host] : [] };
      const images: CopiedImage[] = [];
      for (const image of options.images) images.push(await copyImage(image, writer, copying));
      const index = applicationIndex(images, { manifest, composeVersion });
      await writer.putManifest(digestOf(index.bytes), index);
    }
    return `${path}:${tag}@${digest}`;
  });
}

async function send(
  writer: WritableRepository,
  tag: string,
  { files, version }: PublishOptions,
  { clock }: PublishContext,
): Promise<{ readonly digest: string; readonly manifest: Artifact["manifest"] }> {
  const createdAt = new Date(clock.now()).toISOString();
  const make = (each: OciVersion): Artifact => artifactOf(files, { version: each, composeVersion, createdAt });
  const put = async ({ blobs, manifest }: Artifact): ReturnType<typeof send> => {
    for (const { digest, bytes, subject } of blobs) {
      if (await writer.hasBlob(digest)) continue;
      await writer.uploadBlob({ open: () => once(bytes), digest: () => digest, subject });
    }
    return { digest: await writer.putManifest(tag, manifest), manifest };
  };
  if (version !== undefined) return put(make(version));
  try {
    return await put(make("1.1"));
  } catch (error) {
    // Registries from before 1.1 refuse a manifest that says what it is.
    const isOld = error instanceof RegistryError && (error.kind === "broken" || error.kind === "missing");
    if (!isOld) throw error;
    return put(make("1.0"));
  }
}

async function* once(bytes: Buffer): AsyncGenerator<Uint8Array> {
  yield bytes;
}
