import { badRequest } from "../api/http-error.ts";
import { hexOf, isDigest } from "./digest.ts";
import type { Layer } from "./layers/layer-store.ts";
import { partsInRoot } from "./layers/name-in-root.ts";
import type { Archive } from "./load.ts";

/** An image of an archive: its configuration, its layers from the lowest up, and what it is called there. */
export interface SavedImage {
  readonly document: Buffer;
  readonly layers: readonly Layer[];
  readonly names: readonly string[];
}

const imageManifests = [
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
];
const imageIndexes = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
];
const deepestIndex = 4;

/** Reads the table of contents: Docker's `manifest.json`, else the `index.json` of an OCI layout. Throws 400. */
export function savedImages(archive: Archive): SavedImage[] {
  if (archive.documents.has("manifest.json")) return fromManifest(archive);
  if (archive.documents.has("index.json")) return fromIndex(archive, json(archive, "index.json"), [], 0);
  return [];
}

function fromManifest(archive: Archive): SavedImage[] {
  const manifest = json(archive, "manifest.json");
  if (!Array.isArray(manifest)) throw badRequest("invalid archive: manifest.json is no list");
  return manifest.map((each: unknown) => {
    const { Config, Layers, RepoTags } = (each ?? {}) as { Config?: unknown; Layers?: unknown; RepoTags?: unknown };
    return {
      document: documentAt(archive, text(Config, "Config")),
      layers: list(Layers, "Layers").map((layer) => layerAt(archive, text(layer, "Layers"))),
      names: list(RepoTags ?? [], "RepoTags").map((name) => text(name, "RepoTags")),
    };
  });
}

interface Descriptor {
  readonly mediaType?: string;
  readonly digest?: unknown;
  readonly annotations?: Readonly<Record<string, string>> | null;
  readonly platform?: { readonly os?: string; readonly architecture?: string } | null;
}

function fromIndex(archive: Archive, index: unknown, names: readonly string[], depth: number): SavedImage[] {
  if (depth > deepestIndex) throw badRequest("invalid archive: an index within an index, and so on");
  const { manifests } = (index ?? {}) as { manifests?: unknown };
  const found = list(manifests, "manifests").flatMap((each) => {
    const descriptor = (each ?? {}) as Descriptor;
    const own = nameOf(descriptor);
    const all = own === undefined ? names : [own];
    const path = blobPath(descriptor.digest);
    if (imageIndexes.includes(descriptor.mediaType ?? ""))
      return fromIndex(archive, json(archive, path), all, depth + 1);
    // Signatures and attestations stand beside images; other platforms need not be in the archive at all.
    if (!imageManifests.includes(descriptor.mediaType ?? "") || !archive.documents.has(path)) return [];
    return fromOciManifest(archive, json(archive, path), all);
  });
  // Of several platforms under one name only one can be meant by it.
  return depth > 0 ? found.slice(0, 1) : found;
}

function fromOciManifest(archive: Archive, manifest: unknown, names: readonly string[]): SavedImage[] {
  const { config, layers } = (manifest ?? {}) as { config?: Descriptor; layers?: unknown };
  const blobs = list(layers, "layers").map((layer) => (layer ?? {}) as Descriptor);
  // BuildKit's attestations pretend to be images of an unknown platform.
  if (blobs.some(({ mediaType = "" }) => mediaType.includes("in-toto"))) return [];
  return [
    {
      document: documentAt(archive, blobPath(config?.digest)),
      layers: blobs.map(({ digest }) => layerAt(archive, blobPath(digest))),
      names,
    },
  ];
}

function nameOf({ annotations }: Descriptor): string | undefined {
  const whole = annotations?.["io.containerd.image.name"];
  if (whole !== undefined) return whole;
  const name = annotations?.["org.opencontainers.image.ref.name"];
  // OCI allows a bare tag here, which names no image.
  return name !== undefined && /[/:]/.test(name) ? name : undefined;
}

function blobPath(digest: unknown): string {
  if (!isDigest(digest)) throw badRequest("invalid archive: a descriptor without a sha256 digest");
  return `blobs/sha256/${hexOf(digest)}`;
}

function documentAt({ documents }: Archive, path: string): Buffer {
  const found = documents.get(normal(path));
  if (found === undefined) throw badRequest(`invalid archive: ${JSON.stringify(path)} is missing`);
  return found;
}

function layerAt({ layers, links }: Archive, path: string): Layer {
  const place = normal(path);
  const found = layers.get(place) ?? layers.get(links.get(place) ?? "");
  if (found === undefined) throw badRequest(`invalid archive: the layer ${JSON.stringify(path)} is missing`);
  return found;
}

function json(archive: Archive, path: string): unknown {
  try {
    return JSON.parse(documentAt(archive, path).toString("utf8")) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) throw badRequest(`invalid archive: ${path} is no JSON`);
    throw error;
  }
}

function normal(path: string): string {
  return partsInRoot(path).join("/");
}

function list(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw badRequest(`invalid archive: ${what} is no list`);
  return value as readonly unknown[];
}

function text(value: unknown, what: string): string {
  if (typeof value !== "string") throw badRequest(`invalid archive: ${what} is no text`);
  return value;
}
