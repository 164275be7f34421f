import { summary } from "./look.ts";
import { type ImageRoom, imageBytes, layersOf } from "./room.ts";

/** Images as `/system/df` tells them. */
export interface ImagesUsage {
  /** Bytes of all layers, each counted once. */
  readonly layersBytes: number;
  /** Rows of the list, with what each shares with others. */
  readonly images: readonly ({ readonly Id: string; readonly Size: number } & Readonly<Record<string, unknown>>)[];
}

export function imagesUsage(room: ImageRoom): ImagesUsage {
  const images = room.catalog.list();
  const users = Map.groupBy(room.users(), ({ imageId }) => imageId);
  const uses = new Map<string, number>();
  for (const image of images) {
    for (const { diffId } of new Set(layersOf(room, image))) uses.set(diffId, (uses.get(diffId) ?? 0) + 1);
  }
  return {
    layersBytes: room.layers.list().reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    images: images.map((image) => ({
      ...summary(room, image),
      Id: image.id,
      Size: imageBytes(room, image),
      Containers: users.get(image.id)?.length ?? 0,
      SharedSize: layersOf(room, image).reduce(
        (sum, { diffId, sizeBytes }) => ((uses.get(diffId) ?? 0) > 1 ? sum + sizeBytes : sum),
        0,
      ),
    })),
  };
}
