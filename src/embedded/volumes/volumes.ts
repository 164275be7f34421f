import type { VolumeCreateBody, VolumeInfo } from "../../docker-api/volume.ts";
import type { Route } from "../api/route.ts";
import type { StoredImage } from "../images/images.ts";

/** The engine's volumes. */
export interface Volumes {
  /** `/volumes…` */
  readonly routes: readonly Route[];
  find(name: string): Promise<VolumeInfo | undefined>;
  /** Gives the volume of this name, made when there is none; without a name an anonymous one. */
  ensure(body: VolumeCreateBody): Promise<VolumeInfo>;
  /**
   * The folder to bind into a container, mounted where the driver's options ask for that (bind, tmpfs, nfs). Call
   * before a start. `subpath` is a folder or file within the volume. Throws 400 for one that is not there or leads out.
   */
  mount(name: string, subpath?: string): Promise<string>;
  /** A container that mounted the volume has ended: takes away what is mounted on the host if it was the last. */
  release(name: string): Promise<void>;
  /** After a start of the engine, when the containers that survived are known: the same for all volumes. */
  recover(): Promise<void>;
  /**
   * The first use of a volume: an empty one gets what the image has at `path`, the folder's own owner and mode included.
   * Does nothing to a volume that holds anything.
   */
  fill(name: string, image: StoredImage, path: string): Promise<void>;
  /** Removes an anonymous volume together with its last container. */
  removeAnonymous(name: string): Promise<void>;
  /** As `/system/df` tells them: how many containers use each, and its bytes. */
  usage(): Promise<
    readonly (VolumeInfo & { readonly UsageData: { readonly RefCount: number; readonly Size: number } })[]
  >;
}
