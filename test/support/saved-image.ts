import { createHash } from "node:crypto";
import { type WantedEntry, archiveOf } from "./tar-members.ts";

/** What `docker save` could have written. */
export interface WantedImage {
  readonly names?: readonly string[];
  /** Archives from the lowest layer up, as they are stored: compressed or not. */
  readonly layers: readonly { readonly stored: Buffer; readonly diffId: string }[];
  readonly config?: object;
}

/** A layer of these entries; `pack` compresses it. */
export async function layerOf(
  entries: readonly WantedEntry[],
  pack: (archive: Buffer) => Buffer = (archive) => archive,
): Promise<WantedImage["layers"][number]> {
  const archive = await archiveOf(entries);
  return { stored: pack(archive), diffId: digestOf(archive) };
}

/** In Docker's own layout. */
export async function dockerArchive(images: readonly WantedImage[]): Promise<Buffer> {
  const files: WantedEntry[] = [];
  const manifest = images.map(({ names = null, layers, ...image }) => {
    const document = documentOf({ layers, ...image });
    const config = `${digestOf(document).slice(7)}.json`;
    files.push({ name: config, text: document });
    return {
      Config: config,
      RepoTags: names,
      Layers: layers.map((layer) => `${digestOf(layer.stored).slice(7)}/layer.tar`),
    };
  });
  const layers = new Map(
    images.flatMap((image) => image.layers).map(({ stored }) => [digestOf(stored).slice(7), stored]),
  );
  return archiveOf([
    ...[...layers].map(([name, bytes]) => ({ name: `${name}/layer.tar`, bytes })),
    ...files,
    { name: "manifest.json", text: JSON.stringify(manifest) },
  ]);
}

/** In the layout of OCI, without Docker's `manifest.json`. */
export async function ociArchive({ names = [], layers, ...image }: WantedImage): Promise<Buffer> {
  const document = documentOf({ layers, ...image });
  const descriptor = (mediaType: string, bytes: Buffer | string): object => ({
    mediaType: `application/vnd.oci.image.${mediaType}`,
    digest: digestOf(bytes),
    size: Buffer.byteLength(bytes),
  });
  const manifest = JSON.stringify({
    schemaVersion: 2,
    config: descriptor("config.v1+json", document),
    layers: layers.map(({ stored }) => descriptor("layer.v1.tar", stored)),
  });
  const manifests = names.map((name) => ({
    ...descriptor("manifest.v1+json", manifest),
    annotations: { "io.containerd.image.name": name },
  }));
  const blob = (bytes: Buffer): WantedEntry => ({ name: `blobs/sha256/${digestOf(bytes).slice(7)}`, bytes });
  return archiveOf([
    ...[Buffer.from(document), Buffer.from(manifest), ...layers.map(({ stored }) => stored)].map(blob),
    { name: "index.json", text: JSON.stringify({ schemaVersion: 2, manifests }) },
    { name: "oci-layout", text: '{"imageLayoutVersion":"1.0.0"}' },
  ]);
}

/** `sha256:…` */
export function digestOf(bytes: Buffer | string): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

function documentOf({ layers, config = {} }: Pick<WantedImage, "layers" | "config">): string {
  return JSON.stringify({
    architecture: "amd64",
    os: "linux",
    created: "2024-01-02T03:04:05Z",
    config,
    rootfs: { type: "layers", diff_ids: layers.map(({ diffId }) => diffId) },
    history: layers.map((_, index) => ({ created: "2024-01-02T03:04:05Z", created_by: `step ${index}` })),
  });
}
