import type { Route } from "../api/route.ts";
import { folderBytes } from "../host/folder-size.ts";
import type { Images } from "../images/images.ts";
import type { Paths } from "../store/paths.ts";
import type { Volumes } from "../volumes/volumes.ts";

/** What `/system/df` asks. */
export interface UsageParts {
  readonly paths: Paths;
  readonly images: Pick<Images, "usage">;
  readonly volumes: Pick<Volumes, "usage">;
  /** All containers as in their list. */
  readonly rows: () => Promise<readonly { readonly Id: string; readonly ImageID: string }[]>;
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
            Containers: wants("container") ? await containers(parts) : null,
            Volumes: wants("volume") ? await parts.volumes.usage() : null,
            BuildCache: wants("build-cache") ? [] : null,
          },
        };
      },
    },
  ];
}

async function containers({ paths, images, rows }: UsageParts): Promise<readonly object[]> {
  const bytesOf = new Map(images.usage().images.map(({ Id, Size }) => [Id, Size]));
  const found = await rows();
  return Promise.all(
    found.map(async (row) => {
      const SizeRw = await folderBytes(paths.container(row.Id).upper);
      return { ...row, SizeRw, SizeRootFs: SizeRw + (bytesOf.get(row.ImageID) ?? 0) };
    }),
  );
}
