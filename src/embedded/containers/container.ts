import type { ContainerCreateBody, EndpointSettings, HostConfig, MountPoint } from "../../docker-api/container.ts";
import type { ImageConfig } from "../images/images.ts";
import type { PreparedNetwork } from "../networks/networks.ts";

/** What a container was told to be: its create request with the defaults of its image, as inspect shows it. */
export type ContainerConfig = Omit<ContainerCreateBody, "HostConfig" | "NetworkingConfig">;

/**
 * A container as it is kept on disk, one JSON file each. It is replaced as a whole, never changed in place: whoever
 * holds one holds a consistent moment.
 */
export interface ContainerDocument {
  /** 64 hex digits. */
  readonly id: string;
  /** Without the slash. */
  readonly name: string;
  /** RFC 3339 with nanoseconds. */
  readonly created: string;
  readonly image: {
    /** As the create request named it. */
    readonly reference: string;
    readonly id: string;
    readonly config: ImageConfig;
    /** As of {@link StoredImage}; the image may lose its names, but not its layers, while a container uses it. */
    readonly lowerDirs: readonly string[];
  };
  readonly config: ContainerConfig;
  readonly hostConfig: HostConfig;
  /** The networks it wishes to be on, by name. */
  readonly endpoints: Readonly<Record<string, EndpointSettings>>;
  /** Everything that is mounted, resolved when it was created: binds, volumes, tmpfs. */
  readonly mounts: readonly ContainerMount[];
  readonly state: ContainerState;
  /** How often its restart policy has restarted it since it was last started by hand. */
  readonly restartCount: number;
  /** Someone stopped it: no restart policy but `always` after a reboot brings it back. */
  readonly isStoppedByHand: boolean;
}

/** A mount as inspect shows it, with what a start has to know beside. */
export interface ContainerMount extends MountPoint {
  readonly Type: "bind" | "volume" | "tmpfs";
  /** The engine made this volume for this container alone: it goes with `docker rm -v`. */
  readonly isAnonymous?: boolean;
  /** A new volume is not filled with what the image has there. */
  readonly noCopy?: boolean;
  /** A folder inside of the volume, confined to it. */
  readonly subpath?: string;
  /** The source of a bind is made when it is missing, as `-v` does and `--mount` does not. */
  readonly createsSource?: boolean;
  /** Of a tmpfs, as for mount(8). */
  readonly tmpfsOptions?: string;
  readonly isNonRecursive?: boolean;
}

/** What a container is doing. Its legal moves are in `lifecycle.ts`. */
export type ContainerStatus = "created" | "running" | "paused" | "restarting" | "exited" | "removing" | "dead";

/** The moment of a container. */
export interface ContainerState {
  readonly status: ContainerStatus;
  /** Of the first process on the host, with its start time in clock ticks since boot, against recycled pids. */
  readonly process?: { readonly pid: number; readonly startTime: string };
  readonly exitCode: number;
  /** Why it could not be started, in words; empty otherwise. */
  readonly error: string;
  readonly isOomKilled: boolean;
  /** RFC 3339 with nanoseconds; `0001-01-01T00:00:00Z` for never. */
  readonly startedAt: string;
  readonly finishedAt: string;
  /** What its networks have given it; kept as long as it runs. */
  readonly network?: PreparedNetwork;
}

/** Docker's "never". */
export const never = "0001-01-01T00:00:00Z";

/** Whether a first process exists. */
export function isRunning({ state }: ContainerDocument): boolean {
  return state.status === "running" || state.status === "paused";
}
