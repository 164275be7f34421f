import { badRequest, notFound } from "../../api/http-error.ts";
import { type JsonObject, readJsonObject } from "../../../docker-api/json-object.ts";
import { closestTo, type Platform } from "../../../docker-api/platform.ts";
import type { Manifest, Repository } from "../../../registry/repository.ts";
import { type Digest, isDigest } from "../digest.ts";

/** What a manifest says of something else (OCI image specification, descriptor.md). */
export interface Descriptor {
  readonly mediaType?: string;
  readonly digest: Digest;
  readonly size: number;
  readonly platform?: Platform;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** An image of one platform: its configuration, and its layers from the lowest up. */
export interface ImageManifest {
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
}

const indexTypes = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
];
const configTypes = [
  "application/vnd.oci.image.config.v1+json",
  "application/vnd.docker.container.image.v1+json",
  "application/octet-stream",
];

/** What an index lists; `undefined` for a manifest that is none. */
export function entriesOf({ bytes, mediaType }: Manifest): readonly Descriptor[] | undefined {
  const value = jsonOf(bytes);
  const isIndex = indexTypes.includes(mediaType) || indexTypes.includes(String(value["mediaType"]));
  return isIndex ? descriptors(value["manifests"]) : undefined;
}

/** The one manifest for a platform, `linux/arm/v7`: the closest variant that runs there. Throws 404. */
export async function manifestFor(repository: Repository, top: Manifest, platform: string): Promise<Manifest> {
  const entries = entriesOf(top);
  if (entries === undefined) return top;
  const found = closestTo(platform, entries, (entry) => entry.platform);
  if (found === undefined) throw notFound(`no matching manifest for ${platform} in the manifest list entries`);
  return repository.manifest(found.digest);
}

/** Reads a manifest of one platform. Throws 400 for what is no image, or of a schema of old. */
export function imageManifest(manifest: Manifest): ImageManifest {
  const read = parseManifest(manifest);
  const { mediaType } = read.config;
  if (mediaType === undefined || configTypes.includes(mediaType)) return read;
  throw badRequest(`this is no image to run: its configuration is of type ${JSON.stringify(mediaType)}`);
}

/** Reads a manifest, of whatever it is. Throws 400 for one that names no configuration. */
export function parseManifest({ bytes }: Manifest): ImageManifest {
  const { config, layers } = jsonOf(bytes);
  const [configuration] = descriptors([config]);
  if (configuration === undefined) throw badRequest("the manifest names no configuration");
  return { config: configuration, layers: descriptors(layers) };
}

function jsonOf(bytes: Buffer): JsonObject {
  const value = readJsonObject(bytes.toString("utf8"));
  if (typeof value === "string") throw badRequest("the registry's manifest is no JSON object");
  return value;
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
