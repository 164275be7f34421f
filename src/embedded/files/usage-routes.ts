import type { Route } from "../api/route.ts";
import type { Images } from "../images/images.ts";
import type { Volumes } from "../volumes/volumes.ts";

/** What `/system/df` asks. */
export interface UsageParts {
  readonly images: Pick<Images, "usage">;
  readonly volumes: Pick<Volumes, "usage">;
  /** All containers as in their list, with their sizes. */
  readonly containers: () => Promise<readonly object[]>;
}

/** `GET /system/df`: what takes how much room; `type` picks of `container`, `image`, `volume` and `build-cache`. */
export function usageRoutes(parts: UsageParts): readonly Route[] {
  return [
    {
      method: "GET",
      path: "/system/df",
      handle: async ({ query }) => {
        const types = query.getAll("type");
        const wants = (type: string): boolean => types.length === 0 || types.includes(type);
        const { layersBytes, images } = parts.images.usage();
        return {
          kind: "json",
          body: {
            LayersSize: wants("image") ? layersBytes : 0,
            Images: wants("image") ? images : null,
            Containers: wants("container") ? await parts.containers() : null,
            Volumes: wants("volume") ? await parts.volumes.usage() : null,
            BuildCache: wants("build-cache") ? [] : null,
          },
        };
      },
    },
  ];
}
