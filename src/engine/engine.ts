import type {
  ContainerCreateBody,
  ContainerInspect,
  ContainerSummary,
  ContainerUpdateBody,
  EndpointSettings,
} from "../docker-api/container.ts";
import type { ContainerStatsBody, ProcessList } from "../docker-api/measurement.ts";
import type { EngineEventBody } from "../docker-api/event.ts";
import type { Filters } from "../docker-api/filters.ts";
import type { ImageInspect, ImageSummary, ImagesPruned, ProgressLine } from "../docker-api/image.ts";
import type { NetworkCreateBody, NetworkInfo } from "../docker-api/network.ts";
import type { VersionInfo } from "../docker-api/version.ts";
import type { VolumeCreateBody, VolumeInfo } from "../docker-api/volume.ts";

import type { BuildSession, BuildSources } from "./buildkit/build-session.ts";

/**
 * The verbs we need of an engine, and nothing of the library that speaks to it. Names and ids are both accepted where the
 * API accepts both. A missing thing that is asked about is `undefined`; every refusal is an `EngineError`.
 * `signal` ends a call early; streams end quietly when it fires.
 */
export interface Engine {
  /** Where it listens, as the user would write it: `unix:///var/run/docker.sock`. */
  readonly address: string;
  /** The API version both sides agreed on, `"1.41"`. */
  readonly apiVersion: string;
  /** Whether builds may go by BuildKit's API, on `/grpc` and `/session`. */
  readonly hasBuildKit: boolean;
  /** Whether its builds can leave their results in registries and folders, for others to go on from. */
  readonly keepsBuildCaches: boolean;
  /** Where Podman stands behind the API, with ways of its own: `4.3.1`. */
  readonly podmanVersion?: string;
  /** Variables that containers and builds get so that they find proxies, by Docker's configuration; may hold passwords. */
  proxies(): Promise<Readonly<Record<string, string>>>;
  /** Keys that leave a process running, where Docker's configuration names some: `ctrl-e,e`. */
  detachKeys(): Promise<string | undefined>;

  version(): Promise<VersionInfo>;

  listContainers(options: { readonly all: boolean; readonly filters: Filters }): Promise<readonly ContainerSummary[]>;
  inspectContainer(id: string): Promise<ContainerInspect | undefined>;
  createContainer(options: {
    readonly name: string;
    readonly body: ContainerCreateBody;
    readonly platform?: string;
  }): Promise<{ readonly id: string; readonly warnings: readonly string[] }>;
  startContainer(id: string): Promise<void>;
  /** Waits until the container has stopped; absent grace means the container's own. */
  stopContainer(id: string, options?: { readonly graceMs?: number }): Promise<void>;
  restartContainer(id: string, options?: { readonly graceMs?: number }): Promise<void>;
  killContainer(id: string, options?: { readonly signal?: string }): Promise<void>;
  pauseContainer(id: string): Promise<void>;
  unpauseContainer(id: string): Promise<void>;
  renameContainer(id: string, name: string): Promise<void>;
  /** Changes limits and the restart policy, running or not; answers with warnings. */
  updateContainer(id: string, body: ContainerUpdateBody): Promise<readonly string[]>;
  removeContainer(id: string, options: { readonly force: boolean; readonly withVolumes: boolean }): Promise<void>;
  /**
   * Resolves with the exit code when the container next stops (or at once, when it is not running), or `until` it is
   * removed and its name is free.
   *
   * @throws {EngineError} Of code `not-found` where there is no such container.
   */
  waitContainer(id: string, options?: { readonly until?: "removed"; readonly signal?: AbortSignal }): Promise<number>;
  /**
   * Runs its health check once, where the engine leaves that to others: Podman does, to systemd. False where the engine
   * sees to it by itself.
   */
  runProbe(id: string): Promise<boolean>;
  /** What runs in it, as the `ps` of the host tells; the container must run. */
  listProcesses(id: string): Promise<ProcessList>;
  /** What it uses, about once a second; without `follow` once, and then of no help for a container that does not run. */
  stats(
    id: string,
    options: { readonly follow: boolean; readonly signal?: AbortSignal },
  ): AsyncIterable<ContainerStatsBody>;
  /** Makes an image of it as it is now; its id. */
  commitContainer(id: string, options: CommitOptions): Promise<string>;
  /** Its whole file system as a tar archive. */
  exportContainer(id: string, options?: { readonly signal?: AbortSignal }): AsyncIterable<Uint8Array>;
  /** What a path in the container leads to; running or not. */
  statPath(id: string, path: string): Promise<PathStatus | undefined>;
  /** A path of the container as a tar archive, whose root bears the last part of the path. */
  downloadArchive(
    id: string,
    path: string,
    options?: { readonly signal?: AbortSignal },
  ): Promise<AsyncIterable<Uint8Array>>;
  /** Unpacks a tar archive into the container at `path`, which must be a directory. */
  uploadArchive(
    id: string,
    path: string,
    tar: Uint8Array | AsyncIterable<Uint8Array>,
    options?: UploadOptions,
  ): Promise<void>;

  /** Output of a container, stdout and stderr told apart (a TTY has stdout only). */
  logs(id: string, options: LogOptions): AsyncIterable<OutputChunk>;
  /** Attaches to a running or created container's streams. */
  attach(id: string, options: AttachOptions): Promise<Attachment>;

  createExec(id: string, body: ExecBody): Promise<string>;
  /** Starts a prepared exec and joins its streams, until the signal fires; `detach` returns at once. */
  startExec(execId: string, options: ExecOptions): Promise<Attachment>;
  inspectExec(execId: string): Promise<{ readonly running: boolean; readonly exitCode: number | undefined }>;
  resizeExec(execId: string, size: WindowSize): Promise<void>;
  resizeContainer(id: string, size: WindowSize): Promise<void>;

  listNetworks(filters: Filters): Promise<readonly NetworkInfo[]>;
  inspectNetwork(id: string): Promise<NetworkInfo | undefined>;
  createNetwork(body: NetworkCreateBody): Promise<{ readonly id: string; readonly warnings: readonly string[] }>;
  removeNetwork(id: string): Promise<void>;
  connectNetwork(network: string, container: string, endpoint: EndpointSettings): Promise<void>;
  disconnectNetwork(network: string, container: string, options: { readonly force: boolean }): Promise<void>;

  listVolumes(filters: Filters): Promise<readonly VolumeInfo[]>;
  inspectVolume(name: string): Promise<VolumeInfo | undefined>;
  createVolume(body: VolumeCreateBody): Promise<VolumeInfo>;
  removeVolume(name: string, options?: { readonly force?: boolean }): Promise<void>;

  listImages(filters: Filters): Promise<readonly ImageSummary[]>;
  inspectImage(reference: string, options?: { readonly platform?: string }): Promise<ImageInspect | undefined>;
  /** Lines of progress; an error line of the stream is thrown as an `EngineError`. Credentials come from Docker's config. */
  pullImage(
    reference: string,
    options?: { readonly platform?: string; readonly signal?: AbortSignal },
  ): AsyncIterable<ProgressLine>;
  /** Lines of progress, as for a pull. */
  pushImage(reference: string, options?: { readonly signal?: AbortSignal }): AsyncIterable<ProgressLine>;
  /** The classic builder over a tar stream; the id of the image is the `aux.ID` of a line. */
  buildImage(context: AsyncIterable<Uint8Array>, options: BuildOptions): AsyncIterable<ProgressLine>;
  /**
   * Joins the engine's BuildKit, which may then ask for what `sources` offer, and for logins. `sharedKey`: under the same
   * one, folders that were sent before are compared, not sent again.
   */
  openBuildSession(sources: BuildSources, options: { readonly sharedKey: string }): Promise<BuildSession>;
  /** Gives an image one more name. */
  tagImage(image: string, reference: string): Promise<void>;
  removeImage(reference: string, options?: { readonly force?: boolean }): Promise<void>;
  /** Lines that name what was loaded, from an archive as `docker save` writes it. */
  loadImages(
    archive: AsyncIterable<Uint8Array>,
    options?: { readonly signal?: AbortSignal },
  ): AsyncIterable<ProgressLine>;
  /** One archive of several images, with their names. */
  saveImages(references: readonly string[], options?: { readonly signal?: AbortSignal }): AsyncIterable<Uint8Array>;
  /** Makes an image of one layer of a root file system; the last line has its id as its status. */
  importImage(archive: AsyncIterable<Uint8Array>, options: ImportOptions): AsyncIterable<ProgressLine>;
  /** Removes images that no container uses: those without a name, or all. */
  pruneImages(options: { readonly all: boolean }): Promise<ImagesPruned>;
  /** The digest that an image has in its registry now, asked by the engine with the logins of Docker's config. */
  resolveDigest(reference: string): Promise<string>;

  /** Subscribes; the returned object is ready, no event after it resolves is missed. */
  events(options: {
    readonly filters: Filters;
    readonly signal?: AbortSignal;
    readonly since?: string;
    readonly until?: string;
  }): Promise<EventStream>;

  [Symbol.asyncDispose](): Promise<void>;
}

/** Events as they come; disposing it ends the subscription. */
export interface EventStream extends AsyncIterable<EngineEventBody>, AsyncDisposable {}

/** Which part of a container's output. */
export interface LogOptions {
  readonly follow: boolean;
  /** Number of lines from the end; absent: all. */
  readonly tail?: number;
  /** RFC 3339 time, Unix seconds, or Go duration relative to now: `"10m"`. */
  readonly since?: string;
  readonly until?: string;
  /** Prefix every line with the engine's time. */
  readonly timestamps: boolean;
  readonly signal?: AbortSignal;
}

/** A piece of output; not cut at line ends. */
export interface OutputChunk {
  readonly stream: "stdout" | "stderr";
  readonly bytes: Uint8Array;
}

/** Which streams to join. */
export interface AttachOptions {
  readonly stdin: boolean;
  readonly tty: boolean;
  /** Also replay what was logged before. */
  readonly logs?: boolean;
  readonly signal?: AbortSignal;
}

/** Joined streams: output to read, input to write. */
export interface Attachment extends AsyncDisposable {
  readonly output: AsyncIterable<OutputChunk>;
  write(bytes: Uint8Array): Promise<void>;
  /** Half-closes: the process sees the end of its input. */
  endInput(): void;
}

/** How a prepared command is started. */
export interface ExecOptions {
  readonly tty: boolean;
  readonly detach?: boolean;
  readonly stdin?: boolean;
  /** Ends the output, not the command. */
  readonly signal?: AbortSignal;
}

/** What to run in a running container. */
export interface ExecBody {
  readonly Cmd: readonly string[];
  readonly AttachStdin: boolean;
  readonly AttachStdout: boolean;
  readonly AttachStderr: boolean;
  readonly Tty: boolean;
  readonly Env?: readonly string[];
  readonly User?: string;
  readonly WorkingDir?: string;
  readonly Privileged?: boolean;
  readonly DetachKeys?: string;
  /** Rows and columns that the terminal begins with; engines before API 1.42 wait for the first resize. */
  readonly ConsoleSize?: [rows: number, columns: number];
}

/** Size of a terminal in characters. */
export interface WindowSize {
  readonly rows: number;
  readonly columns: number;
}

/** How an archive is unpacked in a container. */
export interface UploadOptions {
  /** Files belong to the container's user, if it has one; else, and without this, to whom the archive says. */
  readonly givesToUser?: boolean;
  /** A directory is not replaced by a file, nor a file by a directory. */
  readonly keepKinds?: boolean;
  readonly signal?: AbortSignal;
}

/** What a path in a container leads to. */
export interface PathStatus {
  readonly name: string;
  readonly isDirectory: boolean;
  /** Where a symbolic link points to; absent for anything else. */
  readonly linkTarget?: string;
}

/** What an image that is made of a container is to be called, and how it differs. */
export interface CommitOptions {
  readonly reference?: string;
  readonly author?: string;
  readonly comment?: string;
  /** Instructions of a Dockerfile: `CMD ["serve"]`. */
  readonly changes: readonly string[];
  /** False: it goes on while it is copied, which may catch it halfway through something. */
  readonly pause: boolean;
}

/** What an imported image is to be. */
export interface ImportOptions {
  /** Its name; none for an image without one. */
  readonly reference?: string;
  /** Instructions of a Dockerfile: `CMD ["serve"]`. */
  readonly changes: readonly string[];
  readonly message?: string;
  readonly platform?: string;
  readonly signal?: AbortSignal;
}

/** Options of a classic build. */
export interface BuildOptions {
  readonly tags: readonly string[];
  readonly dockerfile?: string;
  readonly buildArgs?: Record<string, string | null>;
  readonly labels?: Record<string, string>;
  readonly target?: string;
  readonly platform?: string;
  /** Of Windows engines. */
  readonly isolation?: string;
  readonly network?: string;
  readonly noCache?: boolean;
  readonly pull?: boolean;
  readonly cacheFrom?: readonly string[];
  readonly extraHosts?: readonly string[];
  readonly shmSizeBytes?: number;
  readonly ulimits?: readonly { readonly Name: string; readonly Soft: number; readonly Hard: number }[];
  readonly signal?: AbortSignal;
}
