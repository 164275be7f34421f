import { constants } from "node:fs";
import { open, readdir } from "node:fs/promises";
import { type InRoot, PathError, pathBytes } from "../host/in-root.ts";
import { openView } from "../host/overlay-view.ts";
import { createTar, extractTar } from "../host/tar.ts";
import type { StoredImage } from "../images/images.ts";

/**
 * Copies what an image has at a path into an empty folder, the path's own owner and mode included. Nothing happens when
 * the image has no folder there, or the folder holds anything.
 */
export async function fillFromImage(
  folder: string,
  { lowerDirs }: Pick<StoredImage, "lowerDirs">,
  { path, point }: { readonly path: string; readonly point: string },
): Promise<void> {
  if ((await readdir(folder)).length > 0) return;
  await using view = await openView({ lowerDirs, point });
  await using source = await folderIn(view.root, path);
  if (source === undefined) return;
  await extractTar(folder, createTar({ fd: source.fd }, ["."]));
}

/** The folder itself, held open. */
async function folderIn(root: InRoot, path: string): Promise<(AsyncDisposable & { readonly fd: number }) | undefined> {
  try {
    await using place = await root.find(pathBytes(path), { followsLast: true });
    if (place.status?.isDirectory() !== true) return undefined;
    return await open(place.hostPath, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  } catch (error) {
    if (error instanceof PathError) return undefined;
    throw error;
  }
}
