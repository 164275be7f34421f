import { type Digest, digestOf } from "../../registry/digest.ts";

/** A compose file as it is published. */
export interface PublishedFile {
  /** Without a folder. */
  readonly name: string;
  readonly text: string;
}

/** Versions of the OCI image specification: before 1.1 a manifest cannot say what it is the manifest of. */
export type OciVersion = "1.0" | "1.1";

/** What a registry is to hold: a manifest, and the blobs that it names. */
export interface Artifact {
  readonly blobs: readonly { readonly digest: Digest; readonly bytes: Buffer; readonly subject: string }[];
  readonly manifest: { readonly mediaType: string; readonly bytes: Buffer };
}

/** The words of Docker Compose (internal/oci/push.go of docker/compose), which reads what we publish. */
export const words = {
  project: "application/vnd.docker.compose.project",
  file: "application/vnd.docker.compose.file+yaml",
  environment: "application/vnd.docker.compose.envfile",
  config: "application/vnd.docker.compose.config.empty.v1+json",
  noConfig: "application/vnd.oci.empty.v1+json",
  manifest: "application/vnd.oci.image.manifest.v1+json",
  index: "application/vnd.oci.image.index.v1+json",
} as const;

/** Puts compose files together as Docker Compose does: a layer for each, in their order, and no configuration. */
export function artifactOf(
  files: readonly PublishedFile[],
  about: { readonly version: OciVersion; readonly composeVersion: string; readonly createdAt: string },
): Artifact {
  const { version, composeVersion, createdAt } = about;
  const config = { subject: "the empty configuration", bytes: Buffer.from("{}") };
  const layers = files.map(({ name, text }) => ({ subject: name, bytes: Buffer.from(text) }));
  const manifest = {
    schemaVersion: 2,
    mediaType: words.manifest,
    ...(version === "1.1" ? { artifactType: words.project } : {}),
    config: descriptor(version === "1.1" ? words.noConfig : words.config, config.bytes),
    layers: layers.map(({ bytes, subject }) => ({
      ...descriptor(words.file, bytes),
      annotations: { "com.docker.compose.file": subject, "com.docker.compose.version": composeVersion },
    })),
    annotations: { "org.opencontainers.image.created": createdAt },
  };
  return {
    blobs: [config, ...layers].map(({ bytes, subject }) => ({ digest: digestOf(bytes), bytes, subject })),
    manifest: { mediaType: words.manifest, bytes: Buffer.from(JSON.stringify(manifest)) },
  };
}

/** Lists the images of a published project, as Docker Compose does with `--app`. */
export function applicationIndex(
  images: readonly { readonly mediaType: string; readonly digest: Digest; readonly size: number }[],
  { manifest, composeVersion }: { readonly manifest: Artifact["manifest"]; readonly composeVersion: string },
): Artifact["manifest"] {
  const annotations = { "com.docker.compose.version": composeVersion };
  const subject = { ...descriptor(manifest.mediaType, manifest.bytes), artifactType: words.project, annotations };
  const index = { schemaVersion: 2, mediaType: words.index, manifests: images, subject, annotations };
  return { mediaType: words.index, bytes: Buffer.from(JSON.stringify(index)) };
}

function descriptor(mediaType: string, bytes: Buffer): { mediaType: string; digest: Digest; size: number } {
  return { mediaType, digest: digestOf(bytes), size: bytes.length };
}
