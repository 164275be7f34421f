import type { VolumeCreateBody, VolumeInfo } from "../../docker-api/volume.ts";
import type { Route } from "../api/route.ts";

/** The engine's volumes. */
export interface Volumes {
  /** `/volumes…` */
  readonly routes: readonly Route[];
  find(name: string): Promise<VolumeInfo | undefined>;
  /** Gives the volume of this name, made when there is none; without a name an anonymous one. */
  ensure(body: VolumeCreateBody): Promise<VolumeInfo>;
  /**
   * The folder to bind into a container, mounted where the driver's options ask for that (bind, tmpfs, nfs). Call
   * before a start.
   */
  mount(name: string): Promise<string>;
  /** Removes an anonymous volume together with its last container. */
  removeAnonymous(name: string): Promise<void>;
}
