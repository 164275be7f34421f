import { folderBytes } from "../host/folder-size.ts";
import type { Images } from "../images/images.ts";
import type { Paths } from "../store/paths.ts";
import type { ContainerDocument } from "./container.ts";

/** How much room a container takes, in bytes: what it wrote, and that with its image. */
export interface ContainerSizes {
  readonly SizeRw: number;
  readonly SizeRootFs: number;
}

/** Measures containers; the images are looked at once for all of them. */
export function sizesWith(rooms: {
  readonly paths: Pick<Paths, "container">;
  readonly images: Pick<Images, "usage">;
}): (container: ContainerDocument) => Promise<ContainerSizes> {
  const bytesOf = new Map(rooms.images.usage().images.map(({ Id, Size }) => [Id, Size]));
  return async ({ id, image }) => {
    const SizeRw = await folderBytes(rooms.paths.container(id).upper);
    return { SizeRw, SizeRootFs: SizeRw + (bytesOf.get(image.id) ?? 0) };
  };
}
