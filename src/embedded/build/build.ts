import type { Duplex } from "node:stream";
import type { HostConfig } from "../../docker-api/container.ts";
import type { RegistryAuth } from "../../docker-api/registry.ts";

/**
 * What is to be built: made by a door of the API (`POST /build`, BuildKit's `/grpc`), carried out by the builder. Nothing
 * in it is trusted: paths stay in their contexts, commands run in containers.
 */
export interface BuildRequest {
  /** Whence the Dockerfile and its ignore file are read; paths are relative to the source. */
  readonly dockerfile: { readonly source: LocalSource; readonly path: string };
  /** What `COPY` and `ADD` without `--from` take. */
  readonly context: LocalSource;
  /** Further contexts, by the names that `FROM` and `--from` use. */
  readonly namedContexts: ReadonlyMap<string, NamedContext>;
  /** A stage's name; the last one when it is left out. */
  readonly target?: string;
  readonly buildArgs: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  /** Names of the image; none for an image without a name. */
  readonly tags: readonly string[];
  /** Whether the result becomes an image of this engine, and not just an entry of the cache; so it is when left out. */
  readonly keepsImage?: boolean;
  /** `linux/amd64`; that of the machine when it is left out. */
  readonly platform?: string;
  /** Nothing is taken from the cache, or nothing of these stages. */
  readonly noCache: boolean | readonly string[];
  /** Asks registries for base images that are here already. */
  readonly pullsAlways: boolean;
  /** Of commands that do not say their own: `default`, `none`, `host` or the name of a network. */
  readonly network: string;
  /** `name:address`, `host-gateway` included. */
  readonly extraHosts: readonly string[];
  /** For commands: memory, processors, `ShmSize`, `Ulimits`, `CgroupParent`. */
  readonly limits: Pick<
    HostConfig,
    | "CgroupParent"
    | "CpuPeriod"
    | "CpuQuota"
    | "CpuShares"
    | "CpusetCpus"
    | "CpusetMems"
    | "Memory"
    | "MemorySwap"
    | "ShmSize"
    | "Ulimits"
  >;
  /** `security.insecure` for `RUN --security=insecure`, `network.host` for `RUN --network=host`. */
  readonly entitlements: readonly string[];
  /** Gives a secret; `undefined` when there is none of this id. Asked only when a command wants it. */
  readonly secret: (id: string) => Promise<Uint8Array | undefined>;
  /** Connects to an agent; `undefined` when none of this id was offered. */
  readonly ssh: (id: string) => Promise<Duplex | undefined>;
  /** For a registry's host, as `docker.io`. */
  readonly credentials: (registry: string) => Promise<RegistryAuth | undefined>;
  /** Where results of other engines' builds are looked for, in turn. One that cannot be read is told, and no failure. */
  readonly cacheFrom: readonly CachePlace[];
  /** Where the results of this build are kept for others. */
  readonly cacheTo: readonly CacheTarget[];
  /** Whether the image's own configuration is to tell what its layers are results of (`type=inline`). */
  readonly keepsCacheInImage: boolean;
  /** Told of everything that happens, in order. */
  readonly emit: (event: BuildEvent) => void;
  /** Ends the build: what runs is killed, what waits is not begun. */
  readonly signal: AbortSignal;
}

/** A folder on the client's side, brought here when it is needed. */
export interface LocalSource {
  /**
   * Brings files and gives the folder of the host that has them; it is the source's own and stays until the build is
   * over. A later call may give the same folder with more in it.
   */
  fetch(wish: FetchWish, onProgress?: FetchProgress): Promise<string>;
}

/** Told of bytes that have come so far, and that no more will. */
export type FetchProgress = (bytes: number, isDone: boolean, totalBytes?: number) => void;

/** What is wanted of a folder. */
export interface FetchWish {
  /**
   * Paths from the folder's root that are enough, links in them followed; all of it when this is left out. They may hold
   * wildcards; what is not there is no fault. More may be brought.
   */
  readonly paths?: readonly string[];
  /** Patterns of a `.dockerignore`: nothing that they match may be in the folder. */
  readonly excludes: readonly string[];
}

/** What the name of a further context stands for. */
export type NamedContext =
  | { readonly kind: "folder"; readonly source: LocalSource }
  /** `docker-image://…`: an image by its reference. */
  | { readonly kind: "image"; readonly reference: string }
  /** An image of this engine by its id, as another build's result. */
  | { readonly kind: "stored-image"; readonly id: string };

/** A place outside of the engine that keeps results of builds. */
export type CachePlace =
  /** `registry.example/app:cache` */
  | { readonly kind: "registry"; readonly reference: string }
  /** What a client has in a folder. */
  | { readonly kind: "client"; readonly store: BlobStore };

/** Where and how much is to be kept. */
export interface CacheTarget {
  readonly place: CachePlace;
  /** Of all steps that the build needed, not only of those whose files are in the image (`mode=max`). */
  readonly isWhole: boolean;
  /** A failure is told, and none of the build's. */
  readonly ignoresFailure: boolean;
}

/** Blobs by their digests, kept by a client. */
export interface BlobStore {
  /** For messages: the client's name of it. */
  readonly name: string;
  /** Of the manifest that is to be read; `undefined` where there is none. */
  readonly manifest: string | undefined;
  has(digest: string): Promise<boolean>;
  read(digest: string): AsyncIterable<Uint8Array>;
  /** The digest is known when all was read. */
  write(content: AsyncIterable<Uint8Array>, digest: () => string): Promise<void>;
}

/** Something that a build does, as people see it: a line of the progress. */
export interface Vertex {
  /** `sha256:` and 64 digits; of the definition, so that the same step of two builds has the same. */
  readonly digest: string;
  /** `[build 2/3] RUN make` */
  readonly name: string;
  /** Digests of those whose results it takes. */
  readonly inputs: readonly string[];
  /** RFC 3339; left out before it begins. */
  readonly startedAt?: string;
  /** Left out until it has ended. */
  readonly completedAt?: string;
  /** Its result was there already. */
  readonly isCached: boolean;
  /** Why it failed. */
  readonly error?: string;
}

/** What a build tells while it goes on. */
export type BuildEvent =
  /** A vertex is new or has changed; it replaces the one of the same digest. */
  | { readonly kind: "vertex"; readonly vertex: Vertex }
  /** A command wrote something. */
  | {
      readonly kind: "log";
      readonly vertex: string;
      readonly stream: "stdout" | "stderr";
      readonly bytes: Uint8Array;
      readonly at: string;
    }
  /** Part of a vertex with a measure of its own: a layer that comes, a file that is brought. */
  | {
      readonly kind: "status";
      readonly vertex: string;
      /** Tells it from others of its vertex; shown to people. */
      readonly id: string;
      readonly currentBytes: number;
      readonly totalBytes: number;
      readonly startedAt: string;
      readonly completedAt?: string;
    }
  /** The Dockerfile does what it says, but not what was meant most likely. */
  | { readonly kind: "warning"; readonly warning: BuildWarning };

/** Advice on a Dockerfile, as `docker build --check` gives it. */
export interface BuildWarning {
  /** `JSONArgsRecommended` */
  readonly rule: string;
  readonly message: string;
  readonly location: SourceLocation;
}

/** Lines of a Dockerfile, counted from 1; both ends included. */
export interface SourceLocation {
  readonly firstLine: number;
  readonly lastLine: number;
}

/** What came of a build. */
export interface BuildResult {
  /** Of the image, whether this engine keeps it or not: `sha256:` and 64 digits. */
  readonly imageId: string;
  /** The image's configuration (OCI image specification, config.md), byte for byte. */
  readonly config: Uint8Array;
  /** Of the manifest of the last cache that was kept; `undefined` when none was. */
  readonly cacheManifest?: CacheManifest;
}

/** What a cache is found by (OCI image specification, descriptor.md). */
export interface CacheManifest {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

/** Builds images. */
export interface Builder {
  /** Throws a {@link BuildError} for whatever the Dockerfile, its context or its commands make impossible. */
  build(request: BuildRequest): Promise<BuildResult>;
  /** Reads the Dockerfile and builds nothing. Throws a {@link BuildError} when it is not there. */
  check(request: BuildRequest): Promise<CheckedDockerfile>;
}

/** What there is to say of a Dockerfile. */
export interface CheckedDockerfile {
  /** Its name in its source. */
  readonly file: string;
  readonly text: string;
  readonly warnings: readonly BuildWarning[];
  /** Why it cannot be built at all. */
  readonly mistake?: { readonly message: string; readonly location?: SourceLocation };
}

/** Why there is no image: the mistake, and where the Dockerfile makes it. */
export class BuildError extends Error {
  /** `undefined` when it is no line's fault. */
  readonly place: DockerfilePlace | undefined;
  /** Of a command that failed. */
  readonly exitCode: number | undefined;
  /** The last lines that a command wrote before it failed; empty for other failures. */
  readonly output: string;
  /** Whether the request itself is wrong: nothing was begun. */
  readonly isInvalidRequest: boolean;

  constructor(
    message: string,
    {
      place,
      exitCode,
      output = "",
      isInvalidRequest = false,
      cause,
    }: {
      readonly place?: DockerfilePlace;
      readonly exitCode?: number;
      readonly output?: string;
      readonly isInvalidRequest?: boolean;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "BuildError";
    this.place = place;
    this.exitCode = exitCode;
    this.output = output;
    this.isInvalidRequest = isInvalidRequest;
  }
}

/** Lines of a Dockerfile with its text. */
export interface DockerfilePlace {
  /** The Dockerfile's name in its source. */
  readonly file: string;
  readonly text: string;
  readonly location: SourceLocation;
}
