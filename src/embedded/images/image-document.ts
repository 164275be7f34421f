import { badRequest } from "../api/http-error.ts";
import { type Digest, isDigest } from "./digest.ts";
import type { ImageConfig } from "./images.ts";

/** The configuration of an image (OCI image specification, config.md): its digest is the image's id. */
export interface ImageDocument {
  readonly created?: string;
  readonly author?: string;
  readonly comment?: string;
  readonly architecture: string;
  readonly variant?: string;
  readonly os: string;
  readonly config?: ImageConfig;
  readonly rootfs: { readonly type: "layers"; readonly diff_ids: readonly Digest[] };
  readonly history?: readonly ImageHistory[];
  readonly docker_version?: string;
  readonly container?: string;
  readonly container_config?: unknown;
  readonly "os.version"?: string;
  readonly "os.features"?: readonly string[];
  /** What the layers are results of, for builds elsewhere. */
  readonly "tscompose.build-cache.v1"?: unknown;
}

/** How one layer came to be. */
export interface ImageHistory {
  readonly created?: string;
  readonly created_by?: string;
  readonly author?: string;
  readonly comment?: string;
  readonly empty_layer?: boolean;
}

/** As Docker's overlay driver: more lower layers than that cannot be mounted. */
const mostLayers = 128;

/** Reads a configuration. Throws 400 for what cannot be run: another system, no list of layers, too many of them. */
export function parseImageDocument(bytes: Uint8Array): ImageDocument {
  const value = parseObject(bytes);
  const { rootfs, os } = value as { rootfs?: { diff_ids?: unknown } | null; os?: unknown };
  const diffIds = rootfs?.diff_ids ?? [];
  if (!Array.isArray(diffIds) || !diffIds.every(isDigest)) {
    throw badRequest("invalid image: its configuration does not list the digests of its layers");
  }
  if (diffIds.length > mostLayers)
    throw badRequest(`invalid image: ${diffIds.length} layers, at most ${mostLayers} fit`);
  if (os !== undefined && os !== "" && os !== "linux") {
    throw badRequest(`invalid image: it is made for the operating system ${JSON.stringify(os)}, this one is linux`);
  }
  const document = value as unknown as ImageDocument;
  return {
    ...document,
    architecture: document.architecture ?? "",
    os: "linux",
    rootfs: { type: "layers", diff_ids: diffIds },
    history: Array.isArray(document.history) ? document.history : [],
  };
}

function parseObject(bytes: Uint8Array): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8"));
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw badRequest("invalid image: its configuration is no JSON object");
}
