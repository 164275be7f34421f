import type { ContainerInspect } from "../docker-api/container.ts";
import type { ImageInspect } from "../docker-api/image.ts";
import type { NetworkInfo } from "../docker-api/network.ts";
import type { VolumeInfo } from "../docker-api/volume.ts";

/** What an engine holds of one project at one moment: plain, readonly, JSON-safe. */
export interface Snapshot {
  readonly projectName: string;
  readonly apiVersion: string;
  /** Where the engine is Podman. */
  readonly podmanVersion?: string;
  /** All containers with the project's label and a config hash, replicas and one-offs, sorted by name. */
  readonly containers: readonly ObservedContainer[];
  /** Containers of `pre_start` hooks that an earlier run left behind: they have no config hash, and are no replicas. */
  readonly hookContainers: readonly ObservedContainer[];
  /** Running containers of whatever project that publish ports of the host; empty where nobody had to look. */
  readonly portHolders: readonly ObservedContainer[];
  /** Containers that have names which the project wants, and are none of its own. */
  readonly nameHolders: readonly ObservedContainer[];
  /** Networks with the project's label, and same-named or external ones that were asked for. */
  readonly networks: readonly ObservedNetwork[];
  readonly volumes: readonly ObservedVolume[];
  /** Images that were asked for, by the key they were asked under, and by id the images of closely observed containers; absent ones have no entry. */
  readonly images: Record<string, ObservedImage>;
}

/** A container of the project. */
export interface ObservedContainer {
  readonly id: string;
  readonly name: string;
  readonly service: string;
  /** 1-based; absent on one-offs. */
  readonly number?: number;
  readonly isOneOff: boolean;
  readonly state: ContainerState;
  /** `starting`, `healthy`, `unhealthy`; absent without a health check. */
  readonly health?: "starting" | "healthy" | "unhealthy";
  /** Absent while it has not exited. */
  readonly exitCode?: number;
  readonly image: string;
  readonly imageId: string;
  readonly labels: Record<string, string>;
  /** Network name to network id. */
  readonly networks: Record<string, string>;
  readonly networkMode: string;
  readonly mounts: readonly ObservedMount[];
  readonly ports: readonly ObservedPort[];
  readonly createdAtSeconds: number;
  readonly status: string;
  /** Everything the engine knows, for containers that were looked at closely. */
  readonly details?: ContainerInspect;
}

/** States of a container's life. */
export type ContainerState = "created" | "running" | "paused" | "restarting" | "removing" | "exited" | "dead";

/** A mount of a container. */
export interface ObservedMount {
  readonly type: string;
  /** Name of the volume, or path on the host. */
  readonly source: string;
  readonly target: string;
}

/** A port of a running container that is published on the host. */
export interface ObservedPort {
  readonly hostIp: string;
  readonly published: number;
  readonly target: number;
  readonly protocol: string;
}

/** A network on the engine. */
export interface ObservedNetwork {
  readonly id: string;
  readonly name: string;
  readonly driver: string;
  readonly labels: Record<string, string>;
  /** False: it has the name, but nobody labelled it as this project's. */
  readonly isOwned: boolean;
  /** The engine's own words, to tell differences down to the field. */
  readonly info: NetworkInfo;
}

/** A volume on the engine. */
export interface ObservedVolume {
  readonly name: string;
  readonly driver: string;
  readonly labels: Record<string, string>;
  readonly isOwned: boolean;
  readonly info: VolumeInfo;
}

/** An image present on the engine. */
export interface ObservedImage {
  readonly id: string;
  /** Paths that the image declares as volumes. */
  readonly volumes: readonly string[];
  readonly labels: Record<string, string>;
  /** RFC 3339 time of the last tag or pull, where the engine knows. */
  readonly lastTagTime?: string;
  /** Defaults that a container made from it inherits. */
  readonly config: NonNullable<ImageInspect["Config"]>;
}
