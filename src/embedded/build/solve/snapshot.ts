import type { ImagesForBuilds } from "../../images/for-builds.ts";
import { DockerfileError } from "../dockerfile/dockerfile-error.ts";
import type { ResultLayer } from "../cache/build-cache.ts";

/** As Docker's overlay driver: more lower layers than that cannot be mounted. */
const mostLayers = 127;

/** Folders of a file system for overlayfs, the uppermost layer first, each once. */
export function foldersOf(images: Pick<ImagesForBuilds, "layer">, layers: readonly ResultLayer[]): string[] {
  if (layers.length > mostLayers) {
    throw new DockerfileError(`max depth exceeded: an image has ${mostLayers} layers at most`);
  }
  const folders = layers.toReversed().map(({ diffId }) => {
    const layer = images.layer(diffId);
    if (layer === undefined) throw new Error(`the layer ${diffId} is missing`);
    return layer.folder;
  });
  return [...new Set(folders)];
}
