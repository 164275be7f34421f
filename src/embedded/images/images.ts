import type { Route } from "../api/route.ts";
import type { ImagesForBuilds } from "./for-builds.ts";
import type { PullWish } from "./registry/pull.ts";
import type { ImagesUsage } from "./usage.ts";

/** The engine's images: what is stored, and what a container needs of it. */
export interface Images {
  /** `/images/…` and what else concerns images. */
  readonly routes: readonly Route[];
  /** By name with tag or digest, id or unambiguous beginning of an id; `undefined` when there is none. */
  find(reference: string): Promise<StoredImage | undefined>;
  /** Of an image that is found in it all layers stay as long as this goes on. */
  holding<Result>(work: () => Promise<Result>): Promise<Result>;
  /** Ids of an image and of all that were committed from it or its descendants; none when there is no such image. */
  family(reference: string): Promise<readonly string[]>;
  /** Makes an image of another one and a layer on top of it. */
  commit(wish: CommitWish): Promise<CommittedImage>;
  /**
   * Brings an image from its registry; gives the lines of the progress. Throws an `HttpError` that names the image.
   */
  pull(wish: PullWish): AsyncGenerator<Readonly<Record<string, unknown>>>;
  usage(): ImagesUsage;
  readonly forBuilds: ImagesForBuilds;
}

/** What `docker commit` makes an image of. */
export interface CommitWish {
  /** The image that the layer lies upon. */
  readonly parentId: string;
  /** The layer's archive. */
  readonly layer: AsyncIterable<Uint8Array>;
  readonly config: ImageConfig;
  /** Instructions of a Dockerfile for the configuration. */
  readonly changes: readonly string[];
  /** For the history: what ran. */
  readonly command: string;
  readonly author: string;
  readonly comment: string;
  /** Empty for an image without a name. */
  readonly repo: string;
  readonly tag: string;
}

/** What `docker commit` made. */
export interface CommittedImage {
  readonly id: string;
  /** As people write it, with its tag; empty for an image without a name. */
  readonly name: string;
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
