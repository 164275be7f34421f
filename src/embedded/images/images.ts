import type { Route } from "../api/route.ts";

/** The engine's images: what is stored, and what a container needs of it. */
export interface Images {
  /** `/images/…` and what else concerns images. */
  readonly routes: readonly Route[];
  /** By name with tag or digest, id or unambiguous beginning of an id; `undefined` when there is none. */
  find(reference: string): Promise<StoredImage | undefined>;
}

/** An image as containers see it. */
export interface StoredImage {
  /** `sha256:` and 64 hex digits: the digest of its configuration. */
  readonly id: string;
  /** The `config` section of the image's configuration, in Docker's spelling. */
  readonly config: ImageConfig;
  /** Folders for overlayfs, the uppermost layer first; absolute, and short enough for 128 of them in one page. */
  readonly lowerDirs: readonly string[];
}

/** Defaults that an image gives its containers (OCI image specification, config.md). */
export interface ImageConfig {
  readonly User?: string;
  readonly ExposedPorts?: Readonly<Record<string, object>>;
  readonly Env?: readonly string[];
  readonly Entrypoint?: readonly string[];
  readonly Cmd?: readonly string[];
  readonly Volumes?: Readonly<Record<string, object>>;
  readonly WorkingDir?: string;
  readonly Labels?: Readonly<Record<string, string>>;
  readonly StopSignal?: string;
  readonly Shell?: readonly string[];
  readonly Healthcheck?: Readonly<Record<string, unknown>>;
  readonly OnBuild?: readonly string[];
}
